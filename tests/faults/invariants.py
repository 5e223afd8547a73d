"""What must hold after a fault, and at the end."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pipeline_lib.artifacts import files
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.records import NESTED_FAILURE
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunState, open_store
from tests.faults.pipeline import HOLDERS, INSTANCES, is_whole
from tests.faults.program import RUN_ID

_SYSTEM = ".system"


class Recorded:
    """What the store says of the run.

    Attributes:
        state: of the run; `None` if it is not recorded.
        executions: all, oldest first.
    """

    def __init__(self, folder: Path) -> None:
        self.state: RunState | None = None
        self.executions: list[ExecutionRecord] = []
        path = folder / "store" / "runs.sqlite"
        if not path.exists():
            return
        with closing(open_store(SqliteConnection(str(path)))) as store:
            try:
                self.state = store.run(RUN_ID).state
                self.executions = store.executions(RUN_ID)
            except RunNotFoundError:
                pass

    def in_state(self, *states: ExecutionState) -> list[ExecutionRecord]:
        """The executions in one of these states."""
        return [one for one in self.executions if one.state in states]

    @property
    def complete(self) -> list[str]:
        """Instances that are complete, as often as they are."""
        return [one.instance for one in self.in_state(ExecutionState.COMPLETE)]

    @property
    def failed(self) -> list[str]:
        """Instances that have failed themselves."""
        return [
            one.instance
            for one in self.in_state(ExecutionState.FAILED)
            if one.error is None or one.error.type != NESTED_FAILURE
        ]

    @property
    def running(self) -> list[str]:
        """Instances that nobody has recorded as ended."""
        return [one.instance for one in self.in_state(ExecutionState.RUNNING)]


def lines(folder: Path, name: str) -> list[str]:
    """What nodes have told in a file."""
    path = folder / name
    return path.read_text().splitlines() if path.exists() else []


def store_violations(folder: Path) -> Iterator[str]:
    """What is wrong with the database file."""
    path = folder / "store" / "runs.sqlite"
    if path.exists():
        with closing(sqlite3.connect(path)) as connection:
            ((answer,), *_) = connection.execute("PRAGMA integrity_check").fetchall()
        if answer != "ok":
            yield f"the database is damaged: {answer}"


def output_violations(recorded: Recorded) -> Iterator[str]:
    """What is wrong with the outputs of complete nodes."""
    for execution in recorded.in_state(ExecutionState.COMPLETE):
        for key, artifacts in execution.outputs.items():
            for artifact in artifacts:
                if not os.path.exists(artifact.uri):
                    yield f"{execution.instance} is complete and has no {key}"
                elif files.fingerprint(artifact.uri) != artifact.fingerprint:
                    yield f"{key} of {execution.instance} is not what was recorded"
                elif key == "model" and not is_whole(artifact.uri):
                    yield f"{key} of {execution.instance} is not whole"


def leftover_violations(folder: Path, recorded: Recorded) -> Iterator[str]:
    """Files below the root that belong to no complete node."""
    root = folder / "root"
    published = {
        artifact.uri.removesuffix("/value")
        for execution in recorded.in_state(ExecutionState.COMPLETE)
        for artifacts in execution.outputs.values()
        for artifact in artifacts
    }
    for top, folders, names in os.walk(root):
        for name in (*folders, *names):
            if name.endswith(".partial"):
                yield f"{top}/{name} was left"
    for node in (*INSTANCES, *HOLDERS):
        place = root / node.partition("#")[0]
        for output in place.glob("[!.]*/*"):
            if str(output) not in published:
                yield f"{output} was left"
        for temporary in place.glob(f"{_SYSTEM}/*/tmp"):
            yield f"{temporary} was left"


def final_violations(recorded: Recorded) -> Iterator[str]:
    """What is wrong with a run that has been brought to its end."""
    if recorded.state is not RunState.COMPLETE:
        yield f"the run is {recorded.state}"
    if recorded.running:
        yield f"{recorded.running} are recorded as running"
    expected = sorted((*INSTANCES, *HOLDERS))
    if sorted(recorded.complete) != expected:
        yield f"complete are {sorted(recorded.complete)} and not {expected}"
