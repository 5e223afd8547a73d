"""Whether a SQLite store is still the file that was opened."""

from __future__ import annotations

import os
from contextlib import suppress

from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection

_NOT_IN_ITS_PLACE = "attempt to write a readonly database"
"""What SQLite says where the rights are wrong, and also of a file that was moved."""


class SqliteFile:
    """The file of a store; a server has none, and is never away in this sense."""

    def __init__(self, config: MetadataConnectionConfig) -> None:
        self._path = config.path if isinstance(config, SqliteConnection) else ""
        self._opened: os.stat_result | None = None

    def note_opened(self) -> None:
        """Remember the file that is in its place now."""
        with suppress(OSError):
            self._opened = os.stat(self._path) if self._path else None

    def is_away(self) -> bool:
        """Whether it was moved or deleted since, or another file is in its place."""
        if self._opened is None:
            return False
        try:
            return not os.path.samestat(os.stat(self._path), self._opened)
        except OSError:
            return True

    def was_away(self, error: BaseException) -> bool:
        """Whether a call has failed for that; the file may be back by now."""
        if self._opened is None:
            return False
        return self.is_away() or (_NOT_IN_ITS_PLACE in str(error) and self._may_be_written())

    def _may_be_written(self) -> bool:
        folder = os.path.dirname(os.path.abspath(self._path))
        return os.access(self._path, os.W_OK) and os.access(folder, os.W_OK)
