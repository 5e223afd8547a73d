"""What `LocalRunner` does the same in this process and with workers."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import (
    Channel,
    Cond,
    LatestArtifactStrategy,
    LocalRunner,
    Pipeline,
    Resolver,
    RuntimeParameter,
    sqlite_metadata_connection_config,
)
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, RunState, open_store
from tests.runners import steps

RUNNERS: dict[str, Callable[[], LocalRunner]] = {
    "inline": lambda: LocalRunner(inline=True, progress=False),
    "workers": lambda: LocalRunner(2, progress=False),
}


@pytest.fixture(params=sorted(RUNNERS))
def runner(request: pytest.FixtureRequest) -> LocalRunner:
    return RUNNERS[request.param]()


@pytest.fixture
def config(tmp_path: Path) -> SqliteConnection:
    return sqlite_metadata_connection_config(str(tmp_path / "store.sqlite"))


def pipeline_of(tmp_path: Path, *nodes: BaseNode, enable_cache: bool = False) -> Pipeline:
    return Pipeline("p", str(tmp_path / "root"), list(nodes), enable_cache=enable_cache)


def test_values_flow_and_everything_is_in_the_store(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    count = steps.Count(start=RuntimeParameter("start", int, default=1))
    add = steps.Add(n=count.outputs["n"], amount=10)
    with Cond(add.outputs["n"].future()[0].value > 100):
        never = steps.Add(n=add.outputs["n"]).with_id("never")
    after = steps.Add(n=never.outputs["n"]).with_id("after")
    pipeline = pipeline_of(tmp_path, count, add, never, after)
    result = runner.run(pipeline, {"start": 5}, run_id="r1", metadata_connection_config=config)
    assert Path(result["Add"].outputs["n"][0].uri).read_text() == "15"
    with closing(open_store(config)) as store:
        assert store.states("r1") == {
            "Count": ExecutionState.COMPLETE,
            "Add": ExecutionState.COMPLETE,
            "never": ExecutionState.SKIPPED,
            "after": ExecutionState.SKIPPED,
        }
        run = store.run("r1")
        assert (run.state, run.parameters) == (RunState.COMPLETE, {"start": 5})
        reasons = {one.node_id: one.reason for one in store.executions("r1")}
    assert reasons["after"] == "node 'never' was skipped"
    assert reasons["never"].startswith("condition is false: ")


def test_the_author_s_own_artifact_class_reaches_the_executor(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    write = steps.WriteReport(text="own text")
    read = steps.ReadReport(report=write.outputs["report"])
    result = runner.run(pipeline_of(tmp_path, write, read), metadata_connection_config=config)
    assert Path(result["ReadReport"].outputs["summary"][0].uri).read_text() == (
        "tests.runners.steps.Report own text 3 2.0 [1, 2, {'deep': 3}]"
    )


def test_results_are_reused_by_the_other_kind_of_runner(
    tmp_path: Path, config: SqliteConnection
) -> None:
    for runner, state in zip(RUNNERS.values(), ("COMPLETE", "CACHED"), strict=True):
        write = steps.WriteReport()
        read = steps.ReadReport(report=write.outputs["report"])
        pipeline = pipeline_of(tmp_path, write, read, enable_cache=True)
        result = runner().run(pipeline, metadata_connection_config=config)
        assert [one.state.name for one in result.executions.values()] == [state, state]


MESSAGES = {
    "value": ("ValueError", "the data is bad"),
    "unpicklable": ("UnpicklableError", "no pickle"),
    "unprintable": (
        "UnprintableError",
        "(its text cannot be had: str() raises RuntimeError)",
    ),
    "undecodable": ("OSError", "bad name \\udcff"),
    "at length": (
        "ValueError",
        "first"
        + " " * (20_000 - 5)
        + "\n[9960009 characters are left out here.]\n"
        + " " * (20_000 - 4)
        + "last",
    ),
    "base": ("GeneratorExit", "odd"),
    "recursion": ("RecursionError", "maximum recursion depth exceeded"),
    "exit": ("SystemExit", "3"),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_whatever_an_executor_raises_fails_its_node_alone(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection, kind: str
) -> None:
    fail = steps.Fail(kind=kind)
    below = steps.Add(n=fail.outputs["n"]).with_id("below")
    further = steps.Add(n=below.outputs["n"]).with_id("further")
    count = steps.Count()
    add = steps.Add(n=count.outputs["n"])
    pipeline = pipeline_of(tmp_path, fail, below, further, count, add)
    with pytest.raises(PipelineRunError):
        runner.run(pipeline, run_id="r", metadata_connection_config=config)
    with closing(open_store(config)) as store:
        found = {one.node_id: one for one in store.executions("r")}
        assert store.run("r").state is RunState.FAILED
    assert {key: one.state.value for key, one in found.items()} == {
        "Fail": "failed",
        "below": "skipped",
        "further": "skipped",
        "Count": "complete",
        "Add": "complete",
    }
    assert found["below"].reason == found["further"].reason == "node 'Fail' failed"
    error = found["Fail"].error
    assert error is not None
    name, message = MESSAGES[kind]
    assert (error.type, error.message[: len(message)]) == (name, message)
    assert re.fullmatch(re.escape(steps.__file__) + r":\d+", error.location)
    assert error.traceback.startswith(
        f'Traceback (most recent call last):\n  File "{steps.__file__}"'
    )


@pytest.mark.parametrize("kind", MESSAGES)
def test_nothing_half_done_is_left_by_a_failure(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection, kind: str
) -> None:
    with pytest.raises(PipelineRunError):
        runner.run(pipeline_of(tmp_path, steps.Fail(kind=kind)), metadata_connection_config=config)
    assert outputs_below(tmp_path / "root" / "Fail") == []


def outputs_below(node_root: Path) -> list[str]:
    """What stands in the output folders of a node."""
    folders = [folder for folder in node_root.iterdir() if folder.name != ".system"]
    return sorted(entry.name for folder in folders for entry in folder.iterdir())


def test_outputs_appear_all_or_none(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    node = steps.RemoveOutput()
    with pytest.raises(PipelineRunError):
        runner.run(pipeline_of(tmp_path, node), run_id="r", metadata_connection_config=config)
    assert error_of(config, "RemoveOutput")[0] == "FileNotFoundError"
    assert outputs_below(tmp_path / "root" / "RemoveOutput") == []


EXPECTED = "It takes a string, a number of 64 bits, a bool, or a list or dict of such values."
REFUSED = {
    "object": "Object of type object is not JSON serializable",
    "nested object": "Object of type object is not JSON serializable",
    "lambda": "Object of type function is not JSON serializable",
    "too large": "9223372036854775808 is too large",
    "nan in a list": "Out of range float values are not JSON compliant",
    "surrogate": "'utf-8' codec can't encode character '\\udcff' in position 1: "
    "surrogates not allowed",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_property_that_no_store_takes_fails_the_node(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection, kind: str
) -> None:
    node = steps.SetProperty(kind=kind)
    with pytest.raises(PipelineRunError):
        runner.run(pipeline_of(tmp_path, node), run_id="r", metadata_connection_config=config)
    assert error_of(config, "SetProperty") == (
        "DataError",
        f"Custom property 'odd' of artifact type 'Model' cannot be recorded: {REFUSED[kind]}. "
        f"{EXPECTED}",
    )
    assert outputs_below(tmp_path / "root" / "SetProperty") == []


def test_a_property_that_the_type_does_not_declare_fails_the_node(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    node = steps.SetProperty(kind="undeclared")
    with pytest.raises(PipelineRunError):
        runner.run(pipeline_of(tmp_path, node), run_id="r", metadata_connection_config=config)
    assert error_of(config, "SetProperty") == (
        "DataError",
        "Artifact type 'Model' declares no property 'undeclared'. None exist. "
        "Free properties go to custom_properties.",
    )


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (
            "number as name",
            "Name of an artifact of type 'Model' takes a string, got 3 of type int.",
        ),
        (
            "surrogate as name",
            "Name of an artifact of type 'Model' cannot be recorded: 'utf-8' codec can't encode "
            "character '\\udcff' in position 0: surrogates not allowed.",
        ),
    ],
)
def test_a_name_that_no_store_takes_fails_the_node(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection, kind: str, message: str
) -> None:
    node = steps.SetProperty(kind=kind)
    with pytest.raises(PipelineRunError):
        runner.run(pipeline_of(tmp_path, node), run_id="r", metadata_connection_config=config)
    assert error_of(config, "SetProperty") == ("DataError", message)
    assert outputs_below(tmp_path / "root" / "SetProperty") == []


def error_of(config: SqliteConnection, node_id: str) -> tuple[str, str]:
    with closing(open_store(config)) as store:
        execution = store.execution("r", node_id)
    assert execution is not None
    assert execution.error is not None
    return execution.error.type, execution.error.message


def test_a_resolver_that_finds_nothing_leaves_an_optional_input_empty(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    latest = Resolver(LatestArtifactStrategy, model=Channel(type=Model))
    push = steps.PushIfThere(model=latest.outputs["model"])
    result = runner.run(pipeline_of(tmp_path, latest, push), metadata_connection_config=config)
    assert Path(result["PushIfThere"].outputs["pushed"][0].uri).read_text() == "nothing"


def test_a_resolver_that_finds_nothing_fails_what_requires_it(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    latest = Resolver(LatestArtifactStrategy, model=Channel(type=Model))
    push = steps.Push(model=latest.outputs["model"])
    with pytest.raises(PipelineRunError) as raised:
        runner.run(
            pipeline_of(tmp_path, latest, push), run_id="r", metadata_connection_config=config
        )
    assert str(raised.value) == (
        "Run 'r' of pipeline 'p' failed: 1 of 2 nodes failed, 0 skipped.\n"
        "  Push: InputError: Input 'model' of node 'Push' takes at least 1 artifact of type "
        "'Model', got 0 from Resolver.outputs['model']. "
        "If it may be absent, declare the input optional."
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {},
            "Runtime parameter 'start' of pipeline 'p' has no default: give it, --param start=...",
        ),
        (
            {"start": 1, "strat": 2},
            "Pipeline 'p' has no runtime parameter 'strat'. These exist: 'start'. "
            "Did you mean 'start'?",
        ),
        ({"start": "1"}, "Runtime parameter 'start' takes int, got '1' of type str."),
        ({"start": True}, "Runtime parameter 'start' takes int, got True of type bool."),
        (
            {"start": 2**63},
            "Runtime parameter 'start': 9223372036854775808 of type int cannot be part of a "
            "pipeline: use None, booleans, integers of 64 bits, floats, Unicode text, bytes, and "
            "lists and dicts of these with text as keys, nested at most 32 deep.",
        ),
    ],
)
def test_runtime_parameters_are_checked_before_anything_is_written(
    runner: LocalRunner,
    tmp_path: Path,
    config: SqliteConnection,
    given: dict[str, Any],
    message: str,
) -> None:
    pipeline = pipeline_of(tmp_path, steps.Count(start=RuntimeParameter("start", int)))
    with pytest.raises(AuthoringError) as raised:
        runner.run(pipeline, given, metadata_connection_config=config)
    assert str(raised.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_run_id_is_not_used_twice(
    runner: LocalRunner, tmp_path: Path, config: SqliteConnection
) -> None:
    runner.run(pipeline_of(tmp_path, steps.Count()), run_id="r", metadata_connection_config=config)
    with pytest.raises(AuthoringError) as raised:
        runner.run(
            pipeline_of(tmp_path, steps.Count()), run_id="r", metadata_connection_config=config
        )
    assert str(raised.value) == (
        "The store holds a run 'r' already, of pipeline 'p'. Give another run_id, or leave it out."
    )


def test_a_root_that_another_store_has_used_keeps_what_is_there(
    runner: LocalRunner, tmp_path: Path
) -> None:
    uris = []
    for name in ("one", "two"):
        config = sqlite_metadata_connection_config(str(tmp_path / f"{name}.sqlite"))
        result = runner.run(
            pipeline_of(tmp_path, steps.WriteReport(text=name)), metadata_connection_config=config
        )
        uris.append(Path(result["WriteReport"].outputs["report"][0].uri))
    assert [(uri / "text").read_text() for uri in uris] == ["one", "two"]
