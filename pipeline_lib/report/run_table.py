"""The list of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text

from pipeline_lib.metadata.store import ExecutionState, RunRecord
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.wording import moment, node_counts, run_state, took

RunStates = tuple[RunRecord, Mapping[str, ExecutionState]]
"""A run, and the state of each of its nodes."""

_TITLES = ("Run", "Pipeline", "State", "Started", "Took", "Nodes")


def run_table(runs: Iterable[RunStates]) -> Text:
    """A line for each run, in the order given, below a line of titles."""
    titles = [Text(title, "bold") for title in _TITLES]
    return in_columns([titles, *map(_row, runs)])


def _row(run_states: RunStates) -> list[Text]:
    run, states = run_states
    counts = node_counts(states.values())
    return [
        Text(run.run_id, "bold"),
        Text(run.pipeline_name),
        run_state(run.state),
        Text(moment(run.started)),
        Text(took(run)),
        Text(", ".join(f"{count} {name}" for name, count in counts.items())),
    ]
