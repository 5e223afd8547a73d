"""Ports for a server that is about to start."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"
"""Where a server that is started on this machine listens."""


def free_ports(count: int) -> list[int]:
    """Ports of this machine that nobody listens on now, all different."""
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            bound = held.enter_context(socket.socket())
            bound.bind((HOST, 0))
            ports.append(int(bound.getsockname()[1]))
        return ports
