"""Values that only the run knows, in a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import Importer
from pipeline_lib import placeholders as ph
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.store import ExecutionRecord
from tests.runners import echo_steps
from tests.runners.conftest import RunNodes, output

InStore = Callable[[str], ExecutionRecord]


def value(node: Any, key: str) -> Any:
    """The future value of a node's output."""
    return node.outputs[key].future()[0].value


def test_parameters_are_what_the_run_made(
    run_nodes: RunNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "here")
    values: Any = echo_steps.Values()
    data: Any = echo_steps.Data()
    examples = data.outputs["examples"].future()[0]
    echo: Any = echo_steps.Echo(
        given={
            "number": value(values, "i"),
            "rates": [value(values, "d").rates[0], 2],
            "text": "of " + ph.runtime_info("pipeline_run_id") + "/" + value(values, "s"),
            "node": ph.execution_invocation().pipeline_node.node_info.id,
            "place": ph.environment_variable("PLACE"),
            "split": ph.join_path(examples.split_uri("eval"), "a.csv"),
            "span": examples.property("span"),
            "json": value(values, "d").serialize(ph.ProtoSerializationFormat.JSON),
        },
        rate=value(values, "i"),
        flag=(value(values, "i") > 2) & ~(value(values, "s") == "y"),
    )
    result = run_nodes(values, data, echo)
    assert json.loads(output(result, "Echo", "seen")) == {
        "number": 3,
        "rates": [0.5, 2],
        "text": "of r/x",
        "node": "Echo",
        "place": "here",
        "split": f"{result['Data'].outputs['examples'][0].uri}/Split-eval/a.csv",
        "span": 7,
        "json": '{"name": "adam", "rates": [0.5, 1]}',
    }
    assert output(result, "Echo", "rate") == "3.0"
    assert output(result, "Echo", "flag") == "1"


def test_importer_reads_what_the_run_made(run_nodes: RunNodes, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_text("a")
    values: Any = echo_steps.Values(text=str(tmp_path))
    imported = Importer(
        value(values, "s") + "/data",
        ExternalArtifact,
        custom_properties={"count": value(values, "i"), "tags": ["a", value(values, "i")]},
    )
    artifact = run_nodes(values, imported)["Importer"].outputs["result"][0]
    assert artifact.uri == f"{tmp_path}/data"
    assert artifact.custom_properties == {"count": 3, "tags": ["a", 3]}


def test_value_of_another_type_fails_the_node_before_it_starts(
    run_nodes: RunNodes, in_store: InStore
) -> None:
    values: Any = echo_steps.Values()
    echo: Any = echo_steps.Echo(given=value(values, "d"), rate=value(values, "d").name)
    with pytest.raises(PipelineRunError):
        run_nodes(values, echo)
    error = in_store("Echo").error
    assert error is not None
    assert error.message == (
        "Node 'Echo': parameter 'rate', which reads Values.outputs['d'][0].value['name'], takes "
        "float, got 'adam' of type str."
    )


def test_value_that_is_not_there_fails_the_node_before_it_starts(
    run_nodes: RunNodes, in_store: InStore
) -> None:
    values: Any = echo_steps.Values()
    echo: Any = echo_steps.Echo(given=value(values, "d"), rate=value(values, "d").rate)
    with pytest.raises(PipelineRunError):
        run_nodes(values, echo)
    error = in_store("Echo").error
    assert error is not None
    assert error.message == (
        "Values.outputs['d'][0].value['rate'] has no value. These exist: 'name', 'rates'. "
        "Did you mean 'rates'?"
    )
