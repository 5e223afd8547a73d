"""Finding a run, or a node of it, by what the user typed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline_lib.errors import RunNotFoundError, did_you_mean
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord

_BEFORE_LATEST = re.compile(r"latest(?:~(\d+))?")
_MOST_SUGGESTIONS = 5


def find_run(typed: str, runs: Sequence[RunRecord]) -> RunRecord:
    """The run with that id, with an id that begins so, the `latest`, or one so many before it.

    Args:
        typed: what the user typed.
        runs: all runs, newest first.

    Raises:
        RunNotFoundError: there is none, or several ids begin so.
    """
    if not runs:
        raise RunNotFoundError("The store holds no runs. 'plib run' records one.")
    before_latest = _BEFORE_LATEST.fullmatch(typed)
    if before_latest is not None:
        return _before_latest(int(before_latest[1] or 0), runs)
    by_id = {run.run_id: run for run in runs}
    if typed in by_id:
        return by_id[typed]
    matching = [run_id for run_id in by_id if run_id.startswith(typed)]
    if len(matching) == 1:
        return by_id[matching[0]]
    if matching:
        raise RunNotFoundError(
            f"{len(matching)} runs have an id that begins with {typed!r}: {_listed(matching)}. "
            "Give more of it."
        )
    raise RunNotFoundError(_unknown_run(typed, list(by_id)))


def _before_latest(count: int, runs: Sequence[RunRecord]) -> RunRecord:
    if count < len(runs):
        return runs[count]
    held = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    raise RunNotFoundError(f"There is no run 'latest~{count}': the store holds {held}.")


def latest_by_node(executions: Iterable[ExecutionRecord]) -> dict[str, ExecutionRecord]:
    """The latest execution of each node, in the order in which the nodes began."""
    return {execution.instance: execution for execution in executions}


def find_node(
    typed: str, run_id: str, executions: Mapping[str, ExecutionRecord]
) -> ExecutionRecord:
    """The execution of that node.

    Raises:
        RunNotFoundError: the run has no such node, or did not get to it.
    """
    if typed not in executions:
        raise RunNotFoundError(
            f"Run {run_id!r} has no record of a node {typed!r}.{did_you_mean(typed, executions)}"
        )
    return executions[typed]


def refuse_unknown_pipeline(name: str, runs: Iterable[RunRecord]) -> None:
    """Refuse a name that no run has as its pipeline.

    Raises:
        RunNotFoundError: there is no run of that pipeline.
    """
    existing = {run.pipeline_name for run in runs}
    if name not in existing:
        raise RunNotFoundError(
            f"The store holds no run of pipeline {name!r}.{did_you_mean(name, existing)}"
        )


def _unknown_run(typed: str, run_ids: Sequence[str]) -> str:
    near = [run_id for run_id in run_ids if typed in run_id]
    near = near or difflib.get_close_matches(typed, run_ids, n=_MOST_SUGGESTIONS)
    hint = f" Did you mean {_listed(near)}?" if near else ""
    return f"The store holds no run {typed!r}.{hint} 'plib runs' lists those it holds."


def _listed(run_ids: Sequence[str]) -> str:
    shown = ", ".join(map(repr, run_ids[:_MOST_SUGGESTIONS]))
    return f"{shown}, ..." if len(run_ids) > _MOST_SUGGESTIONS else shown
