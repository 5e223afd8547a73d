"""The list of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline_lib.metadata.store import ExecutionState, RunRecord
from pipeline_lib.report.wording import moment, node_counts, run_state, took

RunStates = tuple[RunRecord, Mapping[str, ExecutionState]]
"""A run, and the state of each of its nodes."""


def run_table(runs: Iterable[RunStates]) -> RenderableType:
    """A line for each run, in the order given."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ("Run", "Pipeline", "State", "Started"):
        table.add_column(column, no_wrap=True)
    table.add_column("Took", no_wrap=True, justify="right")
    table.add_column("Nodes")
    for run, states in runs:
        counts = node_counts(states.values())
        table.add_row(
            Text(run.run_id, "bold"),
            Text(run.pipeline_name),
            run_state(run.state),
            Text(moment(run.started)),
            Text(took(run)),
            Text(", ".join(f"{count} {name}" for name, count in counts.items())),
        )
    return table
