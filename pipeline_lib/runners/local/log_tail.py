"""The end of a log."""

from __future__ import annotations

import os

from pipeline_lib.artifacts import files

_TAIL_BYTES = 64 * 1024


def log_tail(uri: str, lines: int) -> list[str]:
    """The last lines of the log at `uri`; none if there is no log.

    Where it cannot be read, since credentials are missing, say, a line that tells why.
    """
    try:
        if not uri or not files.exists(uri):
            return []
        end = _end_of_file(uri) if files.is_local(uri) else files.read_bytes(uri)[-_TAIL_BYTES:]
    except Exception as error:  # each file system has errors of its own
        return [f"The log cannot be read: {type(error).__name__}: {error}"]
    return end.decode(errors="replace").splitlines()[-lines:]


def _end_of_file(path: str) -> bytes:
    with open(path, "rb") as log:
        log.seek(max(0, os.path.getsize(path) - _TAIL_BYTES))
        return log.read()
