"""Following a run that another process runs, by looking into the store again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import click

from pipeline_lib.cli.run_id import find_run
from pipeline_lib.metadata.connection import SqliteConnection, connection_of
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
)
from pipeline_lib.runners.local.run_lock import has_died_here

_SHARE = 20
"""A look at a large run takes its time: waiting is at least so many times as long."""


def wait_for_store(path: str, interval: float) -> None:
    """Wait until the first run has made the store."""
    if not isinstance(connection_of(path), SqliteConnection):
        return
    if not os.path.exists(path):
        click.echo(f"Waiting for a first run to make the store {path!r} ...", err=True)
    while not os.path.exists(path):
        time.sleep(interval)


def wait_for_run(typed: str, store: MetadataStore, interval: float) -> RunRecord:
    """The run that was typed; in a store without runs, the first one.

    Raises:
        RunNotFoundError: there are runs, and none of that id.
    """
    runs = store.runs()
    if not runs:
        click.echo("Waiting for a first run ...", err=True)
    while not runs:
        time.sleep(interval)
        runs = store.runs()
    return find_run(typed, runs)


def follow(
    run_id: str,
    store: MetadataStore,
    interval: float,
    ended: Callable[[ExecutionRecord], None],
) -> RunRecord:
    """Call `ended` for each execution that has come to an end, until the run has; the run.

    A run whose process was killed on this machine comes to no other end.
    """
    told: set[int] = set()
    while True:
        started = time.monotonic()
        # Read first: what ended before the run did is in the store by then.
        run = store.run(run_id)
        has_died = has_died_here(run.run_id, run.pipeline_root)
        for execution in _new(store, run_id, told):
            ended(execution)
        if run.state is not RunState.RUNNING or has_died:
            return run
        time.sleep(max(interval, _SHARE * (time.monotonic() - started)))


def _new(store: MetadataStore, run_id: str, told: set[int]) -> Iterator[ExecutionRecord]:
    executions = [one for one in store.executions(run_id) if one.id not in told]
    for execution in sorted(executions, key=lambda one: one.ended):
        if execution.state is not ExecutionState.RUNNING:
            told.add(execution.id)
            yield execution
