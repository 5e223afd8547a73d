"""What a failure of the store means for the call that failed, by what the databases say."""

from __future__ import annotations

from enum import Enum, auto

import ml_metadata

FAILURES = (ml_metadata.errors.StatusError, RuntimeError)
"""What ML Metadata raises where the store fails."""

_SIGNS_OF_A_CONFLICT = (
    "concurrent connection to the empty database",
    "already exists",
    "duplicate key",
    "Duplicate entry",
    "deadlock",
    "Deadlock",
)
_SIGNS_OF_A_LOST_CONNECTION = (
    "Transaction already open",  # MySQL: what follows a connection that was lost in a call
    "gone away",
    "Lost connection",
    "mysql_real_connect failed",
    "connection pointer is NULL",  # PostgreSQL: it could not be connected
    "server closed the connection",
    "terminating connection",
    "no connection to the server",
    "could not connect",
)
_SIGNS_OF_A_LOCK = ("could not serialize access", "deadlock detected", "Deadlock found")


class Trouble(Enum):
    """What an error means for the call.

    `BUSY` and `RACE` say that nothing was written: a lock was held, or another process has just
    recorded the same context, which will be found now.
    """

    BUSY = auto()
    RACE = auto()
    LOST = auto()
    FINAL = auto()


def trouble_of(error: BaseException) -> Trouble:
    """What a failure of the store means for the call that failed."""
    text = str(error)
    match error:
        case ml_metadata.errors.AlreadyExistsError():
            return Trouble.RACE
        case ml_metadata.errors.AbortedError():
            return Trouble.BUSY
        case ml_metadata.errors.UnavailableError() | ml_metadata.errors.DeadlineExceededError():
            return Trouble.LOST
    if any(sign in text for sign in _SIGNS_OF_A_LOCK):
        return Trouble.BUSY
    if any(sign in text for sign in _SIGNS_OF_A_LOST_CONNECTION):
        return Trouble.LOST
    return Trouble.FINAL


def is_conflict_of_openings(error: BaseException) -> bool:
    """Whether another process may have caused it that opens the same new database."""
    return any(sign in str(error) for sign in _SIGNS_OF_A_CONFLICT)
