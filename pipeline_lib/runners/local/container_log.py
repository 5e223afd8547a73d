"""The log of a node that runs in a container, written while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline_lib.artifacts import files
from pipeline_lib.containers.running import Write
from pipeline_lib.runners.local.bounded_log import BoundedLog

_LOOK_EVERY = 1 << 20
"""Bytes between two looks at how large the log has become."""


@contextmanager
def container_log(log_uri: str, directory: str, also: Write | None = None) -> Iterator[Write]:
    """What writes a container's output to its log, for a `with` block; a remote one comes last.

    Args:
        log_uri: where the log belongs.
        directory: local directory for one that belongs elsewhere.
        also: is told the same.
    """
    path = log_uri if files.is_local(log_uri) else f"{directory}/log.txt"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    bounded = BoundedLog(path)
    unseen = 0

    def write(part: bytes) -> None:
        nonlocal unseen
        log.write(part)
        if also is not None:
            also(part)
        unseen += len(part)
        if unseen > _LOOK_EVERY:
            unseen = 0
            bounded.free_middle()

    try:
        with open(path, "ab", buffering=0) as log:
            yield write
    finally:
        bounded.finish()
        if path != log_uri:
            files.copy_file(path, log_uri)
