"""Two runs side by side: parameters, metrics, data, code, and what ran again and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord
from pipeline_lib.render.wording import value
from pipeline_lib.report.cache_changes import changes, writers_in
from pipeline_lib.report.json_differences import json_difference
from pipeline_lib.report.run_facts import (
    Executions,
    code,
    facts,
    fingerprints,
    metrics,
    parameters,
)
from pipeline_lib.report.run_metrics import outputs
from pipeline_lib.report.run_tracking import made_with
from pipeline_lib.report.wording import duration

_ABSENT = ""


@dataclass(frozen=True)
class Row:
    """One thing in both runs, in words; empty where a run does not have it."""

    name: str
    before: str
    after: str
    note: str = ""

    @property
    def differs(self) -> bool:
        """Whether the runs differ in it."""
        return self.before != self.after or bool(self.note)


@dataclass(frozen=True)
class NodeRow:
    """One node in both runs; `changes` say what its result depends on that is different."""

    name: str
    before: str
    after: str
    changes: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether something changed, or only one of the runs has it."""
        return bool(self.changes) or not (self.before and self.after)


@dataclass(frozen=True)
class Comparison:
    """How run `after` differs from run `before`.

    Attributes:
        facts: state, times, tags.
        parameters: of the runs and of their nodes.
        metrics: plain values that nodes gave, and those of evaluations.
        environment: commit of the code, Python, system, packages.
        data: fingerprints of what nodes wrote.
        code: digests of what was executed.
        nodes: how each ended, and what changed for it.
        rewritten: by name the artifacts, of before and after, that are of one type and differ.
    """

    before: RunRecord
    after: RunRecord
    facts: Sequence[Row]
    parameters: Sequence[Row]
    metrics: Sequence[Row]
    environment: Sequence[Row]
    data: Sequence[Row]
    code: Sequence[Row]
    nodes: Sequence[NodeRow]
    rewritten: Mapping[str, tuple[ArtifactRecord, ArtifactRecord]]

    @property
    def tables(self) -> Sequence[tuple[str, Sequence[Row]]]:
        """The tables with their titles."""
        return (
            ("Runs", self.facts),
            ("Parameters", self.parameters),
            ("Metrics and values", self.metrics),
            ("Environment", self.environment),
            ("Data, by the fingerprint of its content", self.data),
            ("Code, by its digest", self.code),
        )


def compare(
    before: RunRecord, executions_before: Executions, after: RunRecord, executions_after: Executions
) -> Comparison:
    """Compare two runs; executions are the latest of each node, by instance."""
    both = (executions_before, executions_after)
    return Comparison(
        before,
        after,
        _rows(facts(before), facts(after)),
        _parameter_rows(parameters(before, both[0]), parameters(after, both[1])),
        _with_changes(_rows(*map(metrics, both))),
        _rows(made_with(before), made_with(after)),
        _rows(*map(fingerprints, both)),
        _rows(*map(code, both)),
        list(_nodes(*both)),
        _rewritten(*both),
    )


def _rewritten(
    before: Executions, after: Executions
) -> dict[str, tuple[ArtifactRecord, ArtifactRecord]]:
    old, new = (
        {f"{node}.{key}": record for node, key, record in outputs(one)} for one in (before, after)
    )
    return {
        name: (old[name], record)
        for name, record in new.items()
        if name in old
        and old[name].type_name == record.type_name
        and old[name].fingerprint != record.fingerprint
    }


def _rows(before: Mapping[str, str], after: Mapping[str, str]) -> list[Row]:
    names = list({**after, **before})
    return [Row(name, before.get(name, _ABSENT), after.get(name, _ABSENT)) for name in names]


def _parameter_rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Row]:
    """The parameters; of a list or a dict the note says where it differs."""
    rows = []
    for name in {**after, **before}:
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        is_inside = isinstance(old, (list, dict)) and isinstance(new, (list, dict)) and old != new
        note = json_difference(old, new) if is_inside else ""
        rows.append(Row(name, _one_line(old), _one_line(new), note))
    return rows


def _one_line(given: Any) -> str:
    """As in other reports, with the keys in one order: the store keeps none."""
    return value(given if isinstance(given, str) else json.dumps(given, sort_keys=True))


def _with_changes(rows: Sequence[Row]) -> list[Row]:
    return [Row(one.name, one.before, one.after, _change(one.before, one.after)) for one in rows]


def _change(before: str, after: str) -> str:
    try:
        change = float(after) - float(before)
    except ValueError:
        return ""
    return f"{change:+.4g}" if change else ""


def _nodes(before: Executions, after: Executions) -> Iterator[NodeRow]:
    writers = writers_in(after.values())
    for name in {**after, **before}:
        old, new = before.get(name), after.get(name)
        texts: tuple[str, ...] = ()
        if old is not None and new is not None and old.cache_leaves and new.cache_leaves:
            texts = tuple(one.text for one in changes(old, new, writers))
        yield NodeRow(name, _ended(old), _ended(new), texts)


def _ended(execution: ExecutionRecord | None) -> str:
    if execution is None:
        return _ABSENT
    if not execution.ended or execution.state is ExecutionState.CACHED:
        return execution.state.value
    return f"{execution.state.value}, {duration(execution.ended - execution.started)}"
