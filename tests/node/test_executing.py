"""What executors are given, and what becomes of their outputs."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib.artifacts import files
from pipeline_lib.ir.executors import ClassExecutor
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.node.execute import run_executor
from pipeline_lib.node.request import ExecutionRequest, Success
from tests.node.conftest import RunNodes, ValueOf
from tests.runners import steps


@pytest.fixture
def told(run_nodes: RunNodes) -> dict[str, Any]:
    """What `TellContext` saw of its context."""
    result = run_nodes(steps.TellContext(word="w").with_id("teller"))
    seen = result["teller"].outputs["model"][0].custom_properties["told"]
    assert isinstance(seen, dict)
    return {**seen, "expected run": result.run_id, "expected execution": result["teller"].id}


def test_a_custom_executor_is_given_its_context(told: dict[str, Any]) -> None:
    assert (told["pipeline"], told["node"]) == ("p", "teller")
    assert told["run"] == told["expected run"]
    assert told["execution"] == told["expected execution"]


def test_a_custom_executor_is_given_inputs_outputs_and_parameters(told: dict[str, Any]) -> None:
    assert told["inputs"] == ["reports"]
    assert told["outputs"] == ["model"]
    assert told["parameters"] == {"word": "w", "nothing": None}
    assert told["output files"] == []


@pytest.mark.parametrize(
    ("arguments", "is_below_the_root"), [((), False), (("--runner=DirectRunner",), True)]
)
def test_beam_s_workers_reach_the_temporary_directory_of_a_remote_root(
    tmp_path: Path, arguments: tuple[str, ...], is_below_the_root: bool
) -> None:
    root = f"memory://{uuid.uuid4()}"
    request = ExecutionRequest(
        executor=ClassExecutor("tests.runners.steps:UseTemporaryDirectory", ""),
        pipeline_name="p",
        run_id="run-1",
        node_id="node",
        execution_id=1,
        types={},
        inputs={},
        outputs={},
        parameters={"noted": str(tmp_path / "noted")},
        beam_pipeline_args=arguments,
        system_dir=f"{root}/node/.system/1",
    )
    assert run_executor(request) == Success({})
    folder = (tmp_path / "noted").read_text()
    assert folder.startswith(root) == is_below_the_root
    assert not files.exists(folder)


def test_the_temporary_directory_is_gone_afterwards(told: dict[str, Any], root: Path) -> None:
    assert told["temporary"].startswith(str(root))
    assert not Path(told["temporary"]).exists()


@pytest.mark.parametrize(("empty", "seen"), [(True, "None"), (False, "''")])
def test_none_and_an_empty_text_are_told_apart(
    run_nodes: RunNodes, value_of: ValueOf, empty: bool, seen: str
) -> None:
    maybe = steps.MaybeNothing(empty=empty)
    result = run_nodes(maybe, steps.Describe(text=maybe.outputs["text"]))
    assert value_of(result, "Describe", "seen") == seen


def test_an_input_that_nothing_is_bound_to_takes_the_function_s_default(
    run_nodes: RunNodes, value_of: ValueOf
) -> None:
    assert value_of(run_nodes(steps.Describe()), "Describe", "seen") == "'default'"


def test_outputs_are_in_their_place_with_a_fingerprint_of_their_content(
    run_nodes: RunNodes, root: Path
) -> None:
    execution = run_nodes(steps.WriteReport())["WriteReport"]
    (report,) = execution.outputs["report"]
    assert report.uri == f"{root}/WriteReport/report/{execution.id}"
    assert report.fingerprint == files.fingerprint(report.uri)
    assert report.properties == {
        "pages": 3,
        "score": 2.0,
        "title": "Title",
        "outline": [1, 2, {"deep": 3}],
    }
    assert report.custom_properties == {"numbers": {"one": 1, "half": 0.5}}
    assert report.name == "the report"
    assert [path.name for path in (root / "WriteReport" / "report").iterdir()] == [
        str(execution.id)
    ]


def test_a_log_that_was_not_written_is_not_named(run_nodes: RunNodes) -> None:
    execution = run_nodes(steps.Count())["Count"]
    assert execution.state is ExecutionState.COMPLETE
    assert execution.log_uri == ""
