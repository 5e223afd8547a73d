"""The list of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from pipeline_lib.metadata.store import ExecutionState, RunRecord
from pipeline_lib.render.wording import cut
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.run_metrics import Told
from pipeline_lib.report.run_tracking import code_of, is_dirty
from pipeline_lib.report.wording import first_line, moment, node_counts, run_state, took

RunStates = tuple[RunRecord, Mapping[str, ExecutionState]]
"""A run, and the state of each of its nodes."""

_LONGEST_NOTE = 50
_ALWAYS = ("Run", "Pipeline", "State", "Started", "Took", "Nodes")


def run_table(
    runs: Sequence[RunStates], measured: Mapping[str, Sequence[Told]] | None = None
) -> Text:
    """A line for each run, in the order given, below a line of titles.

    Code, tags and notes have columns where a run has any.

    Args:
        runs: the runs.
        measured: metrics of each run, by its id, which have a column each.
    """
    rows = [_row(*one) for one in runs]
    for (run, _), row in zip(runs, rows, strict=True):
        told = (measured or {}).get(run.run_id, ())
        row.update({one.label: Text(one.words) for one in told if one.is_overall})
    titles = list(dict.fromkeys(title for row in rows for title in row))
    titles = [one for one in titles if one in _ALWAYS or any(row.get(one) for row in rows)]
    table = [[row.get(title, Text()) for title in titles] for row in rows]
    return in_columns([[Text(title, "bold") for title in titles], *table])


def _row(run: RunRecord, states: Mapping[str, ExecutionState]) -> dict[str, Text]:
    counts = node_counts(states.values())
    last_note = first_line(run.notes[-1].text) if run.notes else ""
    return {
        "Run": Text(run.run_id, "bold"),
        "Pipeline": Text(run.pipeline_name),
        "State": run_state(run.state),
        "Started": Text(moment(run.started)),
        "Took": Text(took(run)),
        "Nodes": Text(", ".join(f"{count} {name}" for name, count in counts.items())),
        "Code": Text(code_of(run), "yellow" if is_dirty(run) else ""),
        "Tags": Text(", ".join(run.tags)),
        "Last note": Text(cut(last_note, _LONGEST_NOTE)),
    }
