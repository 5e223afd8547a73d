"""Containers whose process is gone: removed by the next one that starts some."""

from __future__ import annotations

import contextlib
from typing import Any

from pipeline_lib.containers.ownership import is_of_a_dead_process


def remove_orphans(client: Any, label: str) -> None:
    """Remove the containers of processes of this machine that are dead.

    Args:
        client: of docker-py.
        label: under which a container has the mark of the process that it was started by.
    """
    for container in client.containers.list(all=True, filters={"label": label}):
        if is_of_a_dead_process(container.labels[label]):
            with contextlib.suppress(Exception):  # somebody else may remove it as well
                container.remove(force=True, v=True)
