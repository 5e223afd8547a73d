"""One connection to ML Metadata: one call at a time, and again where the store was busy or away."""

from __future__ import annotations

import functools
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import ml_metadata
from ml_metadata.proto import metadata_store_service_pb2

from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.mlmd_connection import connection_message, refusal
from pipeline_lib.metadata.mlmd_failures import known_failure, reason, silence_own_warnings
from pipeline_lib.metadata.mlmd_trouble import (
    FAILURES,
    Trouble,
    is_conflict_of_openings,
    trouble_of,
)
from pipeline_lib.metadata.mlmd_turns import Turns
from pipeline_lib.metadata.sqlite_file import SqliteFile
from pipeline_lib.metadata.time_zones import provide_time_zones

_LOG = logging.getLogger(__name__)

_PATIENCE = 60.0
"""Seconds for which a call is tried again."""

_SHORTEST_WAIT, _LONGEST_WAIT = 0.005, 2.0
_NOTICEABLE_WAIT = 1.0
_MOST_RACES = 5
_MOST_OPENINGS = 20

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def reading(method: F) -> F:
    """Make a method of a class with a `_session` one call that reads."""
    return _calling(method, exclusive=False)


def writing(method: F) -> F:
    """Make a method of a class with a `_session` one call that writes."""
    return _calling(method, exclusive=True)


class Session:
    """A connection that is opened anew when it is lost.

    Attributes:
        store: ML Metadata's own store.
        in_doubt: while a call is repeated: the connection was lost in it, and nobody knows
            whether the database has done what it was asked for.
    """

    store: Any

    def __init__(self, config: MetadataConnectionConfig, prepare: Callable[[Any], None]) -> None:
        """Open a connection; `prepare` is called with ML Metadata's store.

        Raises:
            MetadataStoreError: it cannot be opened.
        """
        self._config = config
        self._message = connection_message(config)
        self._lock = threading.RLock()
        self._turns = Turns(config)
        self._file = SqliteFile(config)
        self.in_doubt = False
        provide_time_zones()
        silence_own_warnings()
        try:
            self._open(prepare)
            self._file.note_opened()
        except FAILURES as error:
            self._turns.close()
            raise MetadataStoreError(refusal(config, error)) from error

    def call(self, name: str, work: Callable[[], T], *, exclusive: bool) -> T:
        """Do the `work`, repeatedly if need be.

        Raises:
            MetadataStoreError: the store failed for good, or for too long.
        """
        with self._lock:
            try:
                return self._patiently(name, work, exclusive)
            finally:
                self.in_doubt = False

    def close(self) -> None:
        """Release the connection."""
        self.store = None
        self._turns.close()

    def _open(self, prepare: Callable[[Any], None]) -> None:
        for attempt in range(1, _MOST_OPENINGS + 1):
            try:
                with self._turns.take(exclusive=True):
                    self.store = _Store(self._message)
                    prepare(self.store)
                return
            except FAILURES as error:
                if attempt == _MOST_OPENINGS or not is_conflict_of_openings(error):
                    raise
            time.sleep(random.uniform(0.1, 0.5))

    def _open_again(self) -> None:
        if self.store is not None:
            return
        if self._file.is_away():
            raise RuntimeError("the file is away")  # and opening it would make another
        self.store = _Store(self._message)

    def _patiently(self, name: str, work: Callable[[], T], exclusive: bool) -> T:
        deadline = time.monotonic() + _PATIENCE
        wait = _SHORTEST_WAIT
        races = 0
        while True:
            try:
                with self._turns.take(exclusive=exclusive):
                    self._open_again()
                    return work()
            except FAILURES as error:
                trouble = trouble_of(error)
                if self._file.was_away(error):
                    trouble = Trouble.LOST
                races += trouble is Trouble.RACE
                is_late = time.monotonic() + wait > deadline
                if trouble is Trouble.FINAL or races > _MOST_RACES or is_late:
                    tried = f" for {_PATIENCE:.0f} s" if is_late else ""
                    raise MetadataStoreError(
                        known_failure(self._config, error, self._file.is_away())
                        or f"The metadata store failed in {name!r}{tried}: {reason(error)}."
                    ) from error
                if trouble is Trouble.LOST:
                    self.store = None
                    self.in_doubt = True
                if wait > _NOTICEABLE_WAIT:
                    _LOG.warning("The metadata store is busy or away, trying again: %s", error)
            time.sleep(wait * random.uniform(0.5, 1))
            wait = min(2 * wait, _LONGEST_WAIT)


class _Store(ml_metadata.MetadataStore):  # type: ignore[misc] # the library has no types
    """ML Metadata's store without its own repetitions, which wait two seconds at random."""

    def put_context_types(self, names: Sequence[str]) -> list[int]:
        """Make sure that these types are there, in one transaction; their ids."""
        request = metadata_store_service_pb2.PutTypesRequest()
        for name in names:
            request.context_types.add(name=name)
        response = metadata_store_service_pb2.PutTypesResponse()
        self._call("PutTypes", request, response)
        return list(response.context_type_ids)

    def _call(self, method_name: str, request: Any, response: Any, *_: Any, **__: Any) -> Any:
        return self._call_method(method_name, request, response)


def _calling(method: F, *, exclusive: bool) -> F:
    name = method.__name__.lstrip("_")

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        session: Session = self._session
        return session.call(name, lambda: method(self, *args, **kwargs), exclusive=exclusive)

    return call  # type: ignore[return-value] # it has the method's own signature
