from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.report.compare_page import compare_json, compare_page
from pipeline_lib.report.comparison import Comparison, Row, compare
from pipeline_lib.report.html.page import run_html
from tests.render.fragment_text import text_of
from tests.render.test_other_payloads import statistics_of_year
from tests.report.records import CLEAN, DIRTY, execution, run_record, view


def trained(
    folder: Path, rate: float, accuracy: float, **leaves: str
) -> dict[str, ExecutionRecord]:
    """A node that gave a number and an evaluation."""
    folder.mkdir()
    (folder / "value").write_text(str(accuracy))
    summary = [
        {"slice": {}, "metrics": {"auc": accuracy, "auc_diff": 0.1}},
        {"slice": {"island": "Dream"}, "metrics": {"auc": None}},
    ]
    (folder / "summary.json").write_text(json.dumps(summary))
    node = execution(
        1,
        name="Train",
        parameters={"rate": rate, "layers": [{"units": 8}, {"units": round(rate * 10)}]},
        outputs={
            "accuracy": [
                ArtifactRecord("Float", str(folder / "value"), fingerprint=f"f{rate}" * 4)
            ],
            "evaluation": [ArtifactRecord("ModelEvaluation", str(folder), fingerprint="same")],
        },
        cache_leaves={"parameter.rate": str(rate), "code.steps:train": "a" * 16, **leaves},
    )
    return {"Train": node, "Load": execution(0, name="Load")}


def compared(tmp_path: Path) -> Comparison:
    before = trained(tmp_path / "a", 0.1, 0.5)
    after = trained(tmp_path / "b", 0.2, 0.75, **{"code.steps:train": "b" * 16})
    after["New"] = execution(2, name="New")
    del after["Load"]
    run = run_record(parameters={"rows": 4})
    later = replace(run, run_id="run-2", parameters={"rows": 5}, ended=run.ended + 1)
    return compare(run, before, later, after)


def test_statistics_of_both_runs_are_on_the_page_over_each_other(tmp_path: Path) -> None:
    def counted(number: int) -> dict[str, ExecutionRecord]:
        record = replace(
            statistics_of_year(tmp_path / str(number), number), fingerprint=str(number)
        )
        return {"Count": execution(1, name="Count", outputs={"statistics": [record]})}

    before, after = counted(2007), counted(2009)
    later = replace(run_record(), run_id="run-2")
    comparison = compare(run_record(), before, later, after)
    assert list(comparison.rewritten) == ["Count.statistics"]
    html = run_html(view(*after.values(), run=later), comparison)
    assert "Count.statistics, one run over the other" in text_of(html)
    assert "all of run run-1 from 2007 to 2007, mean 2007; all of this run from 2009" in html


def different(rows: Any) -> list[Row]:
    return [row for row in rows if row.differs]


def test_what_differs_is_told_in_each_kind_of_thing(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert [row.name for row in different(found.facts)] == ["run", "took"]
    assert different(found.parameters) == [
        Row("run: rows", "4", "5"),
        Row(
            "Train.layers",
            '[{"units": 8}, {"units": 1}]',
            '[{"units": 8}, {"units": 2}]',
            "[1].units: 1 -> 2",
        ),
        Row("Train.rate", "0.1", "0.2"),
    ]
    assert different(found.metrics) == [
        Row("Train.accuracy", "0.5", "0.75", "+0.25"),
        Row("Train.evaluation auc on all examples", "0.5", "0.75", "+0.25"),
    ]
    assert [row.name for row in found.metrics][2] == "Train.evaluation auc on island=Dream"
    assert different(found.data) == [Row("Train.accuracy", "f0.1f0.1", "f0.2f0.2")]
    assert different(found.code) == [Row("Train: steps.train", "a" * 8, "b" * 8)]
    assert [(row.name, row.before, row.after, row.changes) for row in found.nodes] == [
        (
            "Train",
            "complete, 0.50 s",
            "complete, 0.50 s",
            ("code: steps.train changed", "parameter rate: 0.1 -> 0.2"),
        ),
        ("New", "", "complete, 0.50 s", ()),
        ("Load", "complete, 0.50 s", "", ()),
    ]


def test_what_the_runs_were_made_with_is_compared(tmp_path: Path) -> None:
    resumed = run_record(environments=(DIRTY, CLEAN))
    found = compare(run_record(environments=(DIRTY,)), {}, resumed, {})
    assert different(found.environment) == [
        Row("code", "01234567 on main, dirty", "01234567 on main, dirty, then fedcba98"),
        Row("cores", "4", "4, then 1"),
        Row("numpy", "1.26.4", "1.26.4, then 2.0.0"),
    ]
    assert "system" in [row["name"] for row in compare_json(found)["environment"]]


def test_the_order_of_keys_is_no_difference() -> None:
    before = {"A": execution(0, name="A", parameters={"p": {"x": 1, "y": [2]}})}
    after = {"A": execution(0, name="A", parameters={"p": {"y": [2], "x": 1}})}
    found = compare(run_record(), before, run_record(), after)
    assert not different([*found.parameters, *found.nodes])


def test_files_that_are_gone_are_no_reason_to_fail(tmp_path: Path) -> None:
    gone = ArtifactRecord("ModelEvaluation", str(tmp_path / "gone"))
    before = {"A": execution(0, name="A", outputs={"evaluation": [gone]})}
    assert compare(run_record(), before, run_record(), before).metrics == []


def test_the_terminal_shows_what_differs_and_counts_the_rest(tmp_path: Path) -> None:
    stream = io.StringIO()
    page = compare_page(compared(tmp_path))
    Console(file=stream, highlight=False, width=60).print(page, soft_wrap=True)
    lines = stream.getvalue().splitlines()
    assert "  Train.accuracy                        0.5  0.75  +0.25" in lines
    assert lines[lines.index("Nodes") + 1 :] == [
        "  Train  complete, 0.50 s  complete, 0.50 s",
        "      code: steps.train changed",
        "      parameter rate: 0.1 -> 0.2",
        "  New    -                 complete, 0.50 s",
        "  Load   complete, 0.50 s  -",
    ]


def test_json_has_everything(tmp_path: Path) -> None:
    found = compare_json(compared(tmp_path))
    json.dumps(found)
    assert (found["before"], found["after"]) == ("run-1", "run-2")
    assert found["nodes"][0]["changes"][0] == "code: steps.train changed"
    assert {row["name"]: row["differs"] for row in found["facts"]}["state"] is False


def test_a_page_has_the_comparison_as_a_section(tmp_path: Path) -> None:
    text = text_of(run_html(view(execution(0)), compared(tmp_path)))
    assert "Comparison with run run-1" in text
    assert "Train.accuracy 0.5 0.75 +0.25" in text
    assert "Train complete, 0.50 s complete, 0.50 s code: steps.train changed" in text
    assert "1 the same" in text
