"""What is told of a run that is recorded as running, and that nobody may run any more."""

from __future__ import annotations

import shlex

import click

from pipeline_lib.metadata.store import RunRecord, RunState
from pipeline_lib.runners.local.run_lock import has_died_here, is_running_here


def tell_if_nobody_runs(run: RunRecord, store_path: str | None) -> None:
    """Say on standard error how a run goes on that no process on this machine is running.

    Args:
        run: the run.
        store_path: the store, as it was given on the command line.
    """
    place = (run.run_id, run.pipeline_root)
    if run.state is not RunState.RUNNING or is_running_here(*place):
        return
    known = "No process runs it any more. Go on with it"
    unknown = "No process on this machine is running it. If it was killed, go on with it"
    told = known if has_died_here(*place) else unknown
    option = "" if store_path is None else f" --store {shlex.quote(store_path)}"
    click.echo(f"{told}: plib run --resume {run.run_id}{option}", err=True)
