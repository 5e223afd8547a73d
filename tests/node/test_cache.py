"""When an earlier result serves, and when it does not."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipeline_lib import (
    BaseComponent,
    BaseExecutor,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    ModuleFile,
    RuntimeParameter,
)
from pipeline_lib.artifacts.standard_artifacts import String
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.execution.user_module import user_function
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.placeholders import environment_variable
from pipeline_lib.runners.local.result import RunResult
from tests.node import outside_steps
from tests.node.conftest import RunNodes
from tests.runners import steps


def report_and_reader(text: str = "hello") -> list[BaseNode]:
    write = steps.WriteReport(text=text)
    return [write, steps.ReadReport(report=write.outputs["report"])]


def states(result: RunResult) -> list[str]:
    return [one.state.name for one in result.executions.values()]


def test_the_same_again_is_served_from_the_cache(run_nodes: RunNodes) -> None:
    first = run_nodes(*report_and_reader())
    second = run_nodes(*report_and_reader())
    assert (states(first), states(second)) == (["COMPLETE"] * 2, ["CACHED"] * 2)
    cached, original = second["WriteReport"], first["WriteReport"]
    assert cached.outputs == original.outputs
    assert cached.cached_from == original.id
    assert cached.reason == f"same as in run {first.run_id}"


def test_a_third_run_names_the_run_that_did_the_work(run_nodes: RunNodes) -> None:
    first, _, third = (run_nodes(steps.Count()) for _ in range(3))
    assert third["Count"].reason == f"same as in run {first.run_id}"


def test_a_changed_parameter_is_a_miss_for_the_node_and_those_that_read_it(
    run_nodes: RunNodes,
) -> None:
    run_nodes(*report_and_reader())
    assert states(run_nodes(*report_and_reader("other"))) == ["COMPLETE", "COMPLETE"]


def test_a_node_hits_if_the_content_of_its_inputs_is_the_same(run_nodes: RunNodes) -> None:
    count = steps.Count(start=1)
    run_nodes(count, steps.Add(n=count.outputs["n"]))
    count = steps.Count(start=1).with_cache(False)
    result = run_nodes(count, steps.Add(n=count.outputs["n"]))
    assert states(result) == ["COMPLETE", "CACHED"]


def test_the_value_of_a_runtime_parameter_counts(run_nodes: RunNodes) -> None:
    values = (1, 2, 1)
    results = [
        run_nodes(steps.Count(start=RuntimeParameter("start", int)), parameters={"start": value})
        for value in values
    ]
    assert [states(result) for result in results] == [["COMPLETE"], ["COMPLETE"], ["CACHED"]]


def test_deleted_outputs_are_a_miss(run_nodes: RunNodes) -> None:
    first = run_nodes(*report_and_reader())
    shutil.rmtree(first["WriteReport"].outputs["report"][0].uri)
    assert states(run_nodes(*report_and_reader())) == ["COMPLETE", "CACHED"]


def test_a_run_may_refuse_the_cache(run_nodes: RunNodes) -> None:
    run_nodes(steps.Count())
    assert states(run_nodes(steps.Count(), use_cache=False)) == ["COMPLETE"]


def test_a_pipeline_may_refuse_the_cache_and_a_node_may_want_it(run_nodes: RunNodes) -> None:
    run_nodes(steps.Count())
    assert states(run_nodes(steps.Count(), enable_cache=False)) == ["COMPLETE"]
    wanting = steps.Count().with_cache(True)
    assert states(run_nodes(wanting, enable_cache=False)) == ["CACHED"]


def test_the_content_at_a_path_counts_and_not_its_name(run_nodes: RunNodes, tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    data.write_text("one")
    copy.write_text("one")
    run_nodes(steps.ReadFile(path=str(data)))
    assert states(run_nodes(steps.ReadFile(path=str(copy)))) == ["CACHED"]
    data.write_text("two")
    assert states(run_nodes(steps.ReadFile(path=str(data)))) == ["COMPLETE"]


def test_what_the_environment_gives_counts_and_is_not_recorded(
    run_nodes: RunNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(value: str) -> RunResult:
        monkeypatch.setenv("TEXT_OF_TEST_CACHE", value)
        return run_nodes(steps.WriteReport(text=environment_variable("TEXT_OF_TEST_CACHE")))

    assert states(run("secret")) == ["COMPLETE"]
    assert states(run("secret")) == ["CACHED"]
    changed = run("other secret")
    assert states(changed) == ["COMPLETE"]
    assert "secret" not in str(changed["WriteReport"].cache_leaves)


def test_an_emptied_output_directory_is_a_miss(run_nodes: RunNodes) -> None:
    first = run_nodes(*report_and_reader())
    for path in Path(first["WriteReport"].outputs["report"][0].uri).iterdir():
        path.unlink()
    assert states(run_nodes(*report_and_reader())) == ["COMPLETE", "CACHED"]


def test_what_a_result_has_made_elsewhere_must_still_be_there(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    place = tmp_path / "served" / "7"
    push = outside_steps.Push(place=str(place))
    first = run_nodes(push)
    (tmp_path / "served" / "8").mkdir()
    assert states(run_nodes(push)) == ["CACHED"]
    shutil.rmtree(place)
    again = run_nodes(push)
    assert states(again) == ["COMPLETE"]
    assert again["Push"].cache_note == (
        f"the result of run {first.run_id} holds no more: {place} is gone"
    )
    assert states(run_nodes(push)) == ["CACHED"]


def test_what_a_result_has_made_elsewhere_may_have_to_be_the_newest(
    run_nodes: RunNodes, tmp_path: Path
) -> None:
    served = tmp_path / "served"
    first = run_nodes(outside_steps.Push(place=str(served / "9"), newest=True))
    (served / "10").mkdir()
    (served / ".pushing").mkdir()
    with pytest.raises(PipelineRunError, match="FileExistsError"):
        run_nodes(outside_steps.Push(place=str(served / "9"), newest=True))
    (served / "10").rmdir()
    last = run_nodes(outside_steps.Push(place=str(served / "9"), newest=True))
    assert last["Push"].reason == f"same as in run {first.run_id}"


def test_the_ids_of_other_artifacts_in_a_blessing_do_not_count(run_nodes: RunNodes) -> None:
    def blessing_and_reader(baseline: int) -> list[BaseNode]:
        bless = outside_steps.Bless(baseline_model_id=baseline)
        return [bless, outside_steps.ReadBlessing(blessing=bless.outputs["blessing"])]

    run_nodes(*blessing_and_reader(1))
    assert states(run_nodes(*blessing_and_reader(2))) == ["COMPLETE", "CACHED"]


def test_a_failed_execution_is_no_hit(run_nodes: RunNodes, tmp_path: Path) -> None:
    missing = steps.ReadFile(path=str(tmp_path / "missing"))
    for _ in range(2):
        with pytest.raises(Exception, match="FileNotFoundError"):
            run_nodes(missing)


SOURCE = """
from pipeline_lib import OutputDict, component

@component
def Answer() -> OutputDict(n=int):
    return {"n": %d}
"""


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "answers_of_test_cache.py").write_text(SOURCE % 1)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("answers_of_test_cache")
    del sys.modules["answers_of_test_cache"]


def test_changed_code_is_a_miss(run_nodes: RunNodes, own_module: ModuleType) -> None:
    assert own_module.__file__ is not None
    assert states(run_nodes(own_module.Answer())) == ["COMPLETE"]
    assert states(run_nodes(own_module.Answer())) == ["CACHED"]
    Path(own_module.__file__).write_text(SOURCE % 22)
    changed = importlib.reload(own_module)
    result = run_nodes(changed.Answer())
    assert result["Answer"].state is ExecutionState.COMPLETE
    assert Path(result["Answer"].outputs["n"][0].uri).read_text() == "22"


class TakesModuleSpec(ComponentSpec):
    """Takes a module file."""

    PARAMETERS = {"module_file": ExecutionParameter(type=ModuleFile)}
    OUTPUTS = {"text": ChannelParameter(type=String)}


class TakesModuleExecutor(BaseExecutor):
    """Writes what the user's function gives."""

    def Do(self, input_dict: Any, output_dict: Any, exec_properties: Any) -> None:
        """Write it."""
        answer = user_function("answer", module_file=exec_properties["module_file"])
        output_dict["text"][0].value = answer()


class TakesModule(BaseComponent):
    """Takes a module file."""

    SPEC_CLASS = TakesModuleSpec
    EXECUTOR_SPEC = ExecutorClassSpec(TakesModuleExecutor)

    def __init__(self, module_file: str) -> None:
        super().__init__(TakesModuleSpec(module_file=module_file))


def test_a_module_file_counts_by_what_it_means(run_nodes: RunNodes, tmp_path: Path) -> None:
    (tmp_path / "helper_of_test_cache.py").write_text("WORD = 'a'\n")
    module = tmp_path / "module_of_test_cache.py"

    def run(source: str) -> list[str]:
        module.write_text(f"from helper_of_test_cache import WORD\n{source}")
        return states(run_nodes(TakesModule(str(module))))

    assert run("def answer(): return WORD") == ["COMPLETE"]
    assert run("# a comment\ndef answer():\n    'Says it.'\n    return WORD\n") == ["CACHED"]
    assert run("def answer(): return WORD * 2") == ["COMPLETE"]
    (tmp_path / "helper_of_test_cache.py").write_text("WORD = 'b'\n")
    assert run("def answer(): return WORD * 2") == ["COMPLETE"]
