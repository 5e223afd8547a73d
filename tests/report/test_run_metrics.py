from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.report.run_metrics import metrics, metrics_json, told_values
from tests.report.records import execution


def value(folder: Path, type_name: str, text: str) -> ArtifactRecord:
    place = folder / f"{len(list(folder.iterdir()))}"
    place.write_text(text)
    return ArtifactRecord(type_name, str(place))


def node(name: str, **outputs: Any) -> dict[str, ExecutionRecord]:
    listed = {key: one if isinstance(one, list) else [one] for key, one in outputs.items()}
    return {name: execution(0, name=name, outputs=listed)}


def test_numbers_that_a_node_gave_are_metrics_and_other_values_are_not(tmp_path: Path) -> None:
    executions = node(
        "Train",
        accuracy=value(tmp_path, "Float", "0.75"),
        steps=value(tmp_path, "Integer", "12"),
        good=value(tmp_path, "Boolean", "1"),
        word=value(tmp_path, "String", "7"),
        losses=[value(tmp_path, "Float", "0.5"), value(tmp_path, "Float", "NaN")],
    )
    assert {one.label: one.words for one in metrics(executions)} == {
        "Train.accuracy": "0.75",
        "Train.steps": "12",
        "Train.losses[0]": "0.5",
        "Train.losses[1]": "NaN",
    }
    assert [one.label for one in told_values(executions)] == [
        "Train.accuracy",
        "Train.steps",
        "Train.good",
        "Train.word",
        "Train.losses[0]",
        "Train.losses[1]",
    ]
    as_json = metrics_json(metrics(executions))
    assert (as_json["Train.steps"], as_json["Train.losses[1]"]) == (12, None)


def test_floating_point_properties_are_metrics(tmp_path: Path) -> None:
    model = ArtifactRecord(
        "Model", "/m", properties={"auc": 0.5, "span": 3}, custom_properties={"loss": 0.25}
    )
    assert metrics_json(metrics(node("Train", model=model))) == {
        "Train.model auc": 0.5,
        "Train.model loss": 0.25,
    }


def test_an_evaluation_has_metrics_by_slice(tmp_path: Path) -> None:
    summary = [
        {"slice": {}, "metrics": {"auc": 0.5, "auc_diff": 0.1}},
        {"slice": {"island": "Dream"}, "metrics": {"auc": None}},
    ]
    (tmp_path / "summary.json").write_text(json.dumps(summary))
    found = metrics(node("Evaluator", evaluation=ArtifactRecord("ModelEvaluation", str(tmp_path))))
    assert [(one.label, one.words, one.is_overall) for one in found] == [
        ("Evaluator.evaluation auc on all examples", "0.5", True),
        ("Evaluator.evaluation auc on island=Dream", "none", False),
    ]
    assert metrics_json(found)["Evaluator.evaluation auc on island=Dream"] is None


def test_what_a_resolver_found_was_measured_by_another_run(tmp_path: Path) -> None:
    found = execution(0, name="Latest", outputs={"x": [value(tmp_path, "Float", "1")]}, chosen=True)
    assert metrics({"Latest": found}) == []
