"""What ML Metadata says of a store that fails, in words that name the file and the remedy."""

from __future__ import annotations

import logging

from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection

_SQLITE = {
    "attempt to write a readonly database": (
        "cannot be written: this process may only read it. Change the rights of the file and its "
        "folder, or name another store with --store."
    ),
    "database or disk is full": (
        "cannot be written: its disk is full. Make room; a run that this has ended goes on with: "
        "plib run --resume RUN"
    ),
    "unable to open database file": (
        "cannot be opened: the file is gone, or this process may not read and write it and its "
        "folder."
    ),
    "database disk image is malformed": (
        "is damaged. Put a copy of it in its place, or move it away: the next run begins a new one."
    ),
}
_AWAY = (
    "was moved, deleted or replaced while this process had it open. Put it back; a run that this "
    "has ended goes on with: plib run --resume RUN"
)
_BEFORE_REASON, _AFTER_REASON = "Error when executing query: ", " query: "
_LONGEST = 600


def silence_own_warnings() -> None:
    """Let ML Metadata raise its errors without logging each of them, whole records long."""
    logging.getLogger("absl").addFilter(_is_no_error_that_is_raised)


def _is_no_error_that_is_raised(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("mlmd client ")


def known_failure(
    config: MetadataConnectionConfig, error: BaseException, is_away: bool = False
) -> str:
    """A whole message for a failure whose cause is known; empty for any other.

    Args:
        config: the store.
        error: what ML Metadata says.
        is_away: the store's file is not in its place any more.
    """
    if not isinstance(config, SqliteConnection):
        return ""
    if is_away:
        return f"Metadata store {config.path!r} {_AWAY}"
    told = str(error)
    for sign, words in _SQLITE.items():
        if sign in told:
            return f"Metadata store {config.path!r} {words}"
    return ""


def reason(error: BaseException) -> str:
    """The database's own words, without the record and the query that ML Metadata wraps them in."""
    told = str(error).strip()
    if _BEFORE_REASON in told:
        told = told.partition(_BEFORE_REASON)[2].partition(_AFTER_REASON)[0].strip()
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} ..."
