from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline_lib import (
    Channel,
    Cond,
    ForEach,
    Importer,
    InteractiveContext,
    LatestArtifactStrategy,
    Pipeline,
    PipelineInputs,
    Resolver,
    RuntimeParameter,
    sqlite_metadata_connection_config,
)
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.errors import AuthoringError, PipelineRunError
from pipeline_lib.interactive.node_states import State
from pipeline_lib.interactive.stale_warning import StaleResultWarning
from pipeline_lib.metadata.store import ExecutionState, MetadataStore, open_store
from tests.interactive.steps import Add, Copy, Count, Fail, Train, Write
from tests.whole_message import raises


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MetadataStore]:
    opened = open_store(sqlite_metadata_connection_config(str(tmp_path / "store.sqlite")))
    yield opened
    opened.close()


@pytest.fixture
def new_context(tmp_path: Path) -> Callable[[], InteractiveContext]:
    config = sqlite_metadata_connection_config(str(tmp_path / "store.sqlite"))
    return lambda: InteractiveContext(
        pipeline_root=tmp_path / "root", metadata_connection_config=config, progress=False
    )


@pytest.fixture
def context(new_context: Callable[[], InteractiveContext]) -> InteractiveContext:
    return new_context()


def text_of(channel: OutputChannel) -> list[str]:
    return [Path(one.uri, "data.txt").read_text() for one in channel.get()]


def values_of(channel: OutputChannel) -> list[object]:
    return [one.value for one in channel.get()]  # type: ignore[attr-defined]


def test_components_one_by_one(context: InteractiveContext) -> None:
    write = Write(text="b")
    result = context.run(write)
    assert (result.state, result.cached) == (ExecutionState.COMPLETE, False)
    assert result.reason == "it is the first time that this node runs"
    assert result.log == "writing b"
    assert result.component is write
    assert result.execution_id == result.outputs["examples"][0].id > 0 or result.execution_id > 0
    assert text_of(write.outputs["examples"]) == ["b"]
    assert values_of(write.outputs["size"]) == [1]

    copy = Copy(examples=write.outputs["examples"])
    result = context.run(copy)
    assert result.inputs["examples"][0].uri == write.outputs["examples"].get()[0].uri
    assert text_of(copy.outputs["copy"]) == ["b"]


def test_result_that_is_there_serves_again(
    new_context: Callable[[], InteractiveContext],
) -> None:
    first = new_context().run(Write())
    result = new_context().run(Write())
    assert result.cached
    assert result.outputs["examples"][0].uri == first.outputs["examples"][0].uri
    assert result.reason == (
        f"its result is that of execution {first.execution_id} in run {first.run_id}: "
        "all 5 things that its result depends on are the same"
    )
    anew = new_context().run(Write(), enable_cache=False)
    assert anew.state is ExecutionState.COMPLETE


def test_each_run_is_a_run_in_the_store(context: InteractiveContext, store: MetadataStore) -> None:
    write = Write()
    copy = Copy(examples=write.outputs["examples"])
    context.run(write)
    result = context.run(copy)
    assert {run.pipeline_name for run in store.runs()} == {"interactive"}
    assert [len(run.environments) for run in store.runs()] == [1, 1]
    executions = {one.node_id: one for one in store.executions(result.run_id)}
    assert executions["Write"].state is ExecutionState.CACHED
    assert executions["Write"].reason.startswith("taken over from run ")
    assert executions["Copy"].state is ExecutionState.COMPLETE


def test_channel_of_a_node_that_has_not_run() -> None:
    message = (
        "Write.outputs['examples'] holds nothing: node 'Write' has not run in an "
        "InteractiveContext, or has failed. What a channel holds is known there only, after "
        "context.run(...)."
    )
    with raises(AuthoringError, message):
        Write().outputs["examples"].get()


def test_result_above_is_missing(context: InteractiveContext) -> None:
    message = (
        "Node 'Copy' needs the results of 'Write', which this context does not have: a node has "
        "not run here yet, has failed, or its files are gone. Run what is missing first, or let "
        'it be run as well: context.run(..., upstream="refresh").'
    )
    copy = Copy(examples=Write().outputs["examples"])
    with raises(AuthoringError, message):
        context.run(copy)
    context.run(copy, upstream="refresh")
    assert text_of(copy.outputs["copy"]) == ["a"]


def test_files_above_are_gone(context: InteractiveContext) -> None:
    write = Write()
    copy = Copy(examples=write.outputs["examples"])
    context.run(write)
    shutil.rmtree(write.outputs["examples"].get()[0].uri)
    assert context.status()["Write"].reasons == ("the files of its outputs are gone",)
    with pytest.raises(AuthoringError, match="its files are gone"):
        context.run(copy)


def test_stale_result_above(context: InteractiveContext) -> None:
    write = Write(text=RuntimeParameter("text", str, default="a"))
    copy = Copy(examples=write.outputs["examples"])
    again = Copy(examples=copy.outputs["copy"]).with_id("again")
    for node in (write, copy, again):
        context.run(node)
    with pytest.warns(StaleResultWarning) as warned:
        context.run(again, parameters={"text": "b"})
    assert [str(one.message) for one in warned] == [
        "The result of 'Write' is stale: parameter text: a -> b. Run it again, or use "
        'context.run(..., upstream="refresh").',
        "The result of 'Copy' is stale: it comes after Write. Run it again, or use "
        'context.run(..., upstream="refresh").',
    ]
    assert text_of(again.outputs["copy"]) == ["a"]
    status = context.status()
    assert [(one.instance, one.state) for one in status.nodes] == [
        ("Write", State.STALE),
        ("Copy", State.STALE),
        ("again", State.STALE),
    ]
    context.run(again, upstream="refresh")
    assert text_of(again.outputs["copy"]) == ["b"]
    assert {one.state for one in context.status().nodes} == {State.CURRENT}


def test_refresh_runs_what_is_stale(context: InteractiveContext) -> None:
    write = Write(text=RuntimeParameter("text", str, default="a"))
    copy = Copy(examples=write.outputs["examples"])
    other = Write(text="c").with_id("other")
    for node in (write, copy, other):
        context.run(node)
    assert repr(context.refresh()) == "Nothing was to be run: all is up to date."
    result = context.refresh(parameters={"text": "b"})
    assert set(result.nodes) == {"Write", "Copy"}
    assert text_of(copy.outputs["copy"]) == ["b"]
    assert context.refresh().run is None


def test_failure(context: InteractiveContext) -> None:
    fail = Fail(text="fly")
    with pytest.raises(PipelineRunError) as caught:
        context.run(fail)
    lines = str(caught.value).splitlines()
    assert lines[1] == "  Fail: ValueError: cannot fly"
    assert "steps.py" in lines[2]
    assert "cannot fly" in str(caught.value.__cause__)
    frames = [one.name for one in caught.traceback]
    assert frames == ["test_failure", "run"]
    status = context.status()["Fail"]
    assert (status.state, status.reasons) == (State.FAILED, ("ValueError: cannot fly",))


def test_failed_node_holds_nothing(context: InteractiveContext, tmp_path: Path) -> None:
    copy = Copy(examples=Importer(str(tmp_path), Examples).outputs["result"])
    (tmp_path / "data.txt").write_text("x")
    context.run(copy, upstream="refresh")
    (tmp_path / "data.txt").unlink()
    with pytest.raises(PipelineRunError):
        context.run(copy, upstream="refresh")
    with pytest.raises(AuthoringError, match="has failed"):
        copy.outputs["copy"].get()


@pytest.mark.parametrize(("size", "state"), [(1, "complete"), (2, "skipped")])
def test_condition(context: InteractiveContext, size: int, state: str) -> None:
    write = Write()
    context.run(write)
    with Cond(write.outputs["size"].future()[0].value == size):
        copy = Copy(examples=write.outputs["examples"])
    result = context.run(copy)
    assert result.state.value == state
    assert len(copy.outputs["copy"].get()) == (1 if state == "complete" else 0)
    assert context.status()["Copy"].state is State.CURRENT


def test_value_of_another_node_as_parameter(context: InteractiveContext) -> None:
    write = Write(text="abc")
    size = write.outputs["size"]
    add = Add(left=size, right=size.future()[0].value)
    context.run(write)
    context.run(add)
    assert values_of(add.outputs["total"]) == [6]


def test_loop(context: InteractiveContext) -> None:
    write = Write()
    context.run(write)
    with ForEach(RuntimeParameter("rates", list, default=[0.1, 0.2])) as rate:
        train = Train(examples=write.outputs["examples"], rate=rate)
    result = context.run(train)
    assert [one.instance for one in result.executions] == ["ForEach.Train#0", "ForEach.Train#1"]
    assert len(train.outputs["model"].get()) == 2
    count = Count(models=train.outputs["model"])
    context.run(count)
    assert values_of(count.outputs["count"]) == [2]

    context.run(train, parameters={"rates": [0.1, 0.3, 0.4]})
    assert [one.cached for one in [context.run(train)]] == [True]
    assert len(train.outputs["model"].get()) == 3
    assert context.status()["Count"].state is State.STALE
    context.refresh()
    assert values_of(count.outputs["count"]) == [3]
    assert {one.state for one in context.status().nodes} == {State.CURRENT}


def test_two_loops_of_one_name(context: InteractiveContext) -> None:
    write = Write()
    context.run(write)
    with ForEach([0.1, 0.2]) as rate:
        train = Train(examples=write.outputs["examples"], rate=rate)
    with ForEach([1]) as _:
        copy = Copy(examples=write.outputs["examples"])
    context.run(train)
    context.run(copy)
    with pytest.raises(AuthoringError, match="needs the results of 'ForEach'"):
        context.run(Count(models=train.outputs["model"]))


def test_resolver_finds_what_was_run_here(context: InteractiveContext) -> None:
    write = Write()
    train = Train(examples=write.outputs["examples"], rate=0.5)
    context.run(train, upstream="refresh")
    resolver = Resolver(strategy_class=LatestArtifactStrategy, model=Channel(type=Model))
    context.run(resolver)
    (found,) = resolver.outputs["model"].get()
    assert found.uri == train.outputs["model"].get()[0].uri
    count = Count(models=resolver.outputs["model"])
    context.run(count)
    assert values_of(count.outputs["count"]) == [1]
    assert {one.state for one in context.status().nodes} == {State.CURRENT}


def test_importer(context: InteractiveContext, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data.txt").write_text("x")
    importer = Importer(str(tmp_path / "data"), Examples)
    context.run(importer)
    copy = Copy(examples=importer.outputs["result"])
    context.run(copy)
    assert text_of(copy.outputs["copy"]) == ["x"]
    (tmp_path / "data" / "data.txt").write_text("y")
    assert context.status()["Importer"].reasons == (
        "output result: other data, or other properties",
    )
    context.refresh()
    assert text_of(copy.outputs["copy"]) == ["y"]


def test_whole_pipeline(context: InteractiveContext, store: MetadataStore) -> None:
    write = Write()
    copy = Copy(examples=write.outputs["examples"])
    pipeline = Pipeline("whole", components=[copy, write])
    result = context.run(pipeline)
    assert {name: one.state.value for name, one in result.nodes.items()} == {
        "Copy": "complete",
        "Write": "complete",
    }
    assert result["Copy"].outputs["copy"][0].uri == copy.outputs["copy"].get()[0].uri
    assert store.run(result.run_id).pipeline_name == "whole"
    assert context.run(pipeline)["Write"].cached

    again = Copy(examples=copy.outputs["copy"]).with_id("again")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        context.run(again)
    assert text_of(again.outputs["copy"]) == ["a"]


def test_sub_pipeline(context: InteractiveContext) -> None:
    write = Write()
    inputs = PipelineInputs({"examples": write.outputs["examples"]})
    copy = Copy(examples=inputs["examples"])
    inner = Pipeline(
        "inner", components=[copy], inputs=inputs, outputs={"copy": copy.outputs["copy"]}
    )
    context.run(write)
    result = context.run(inner)
    assert set(result.nodes) == {"inner", "inner.Copy"}
    assert text_of(inner.outputs["copy"]) == text_of(copy.outputs["copy"]) == ["a"]
    again = Copy(examples=inner.outputs["copy"]).with_id("again")
    context.run(again)
    assert {one.state for one in context.status().nodes} == {State.CURRENT}


def test_node_that_was_made_anew(context: InteractiveContext) -> None:
    write = Write()
    copy = Copy(examples=write.outputs["examples"])
    context.run(write)
    context.run(copy)
    context.run(Write(text="b"))
    status = context.status()
    assert status["Write"].state is State.CURRENT
    assert status["Copy"].reasons == (
        "it was made before Write was made anew: run the cell again that makes it",
    )


def test_module_that_was_edited_runs_as_it_is_now(
    context: InteractiveContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    source = (
        "from pipeline_lib import OutputDict, component\n"
        "@component\ndef Give() -> OutputDict(number=int):\n    return {'number': %d}\n"
    )
    path = tmp_path / "edited_steps.py"
    path.write_text(source % 1)
    monkeypatch.syspath_prepend(tmp_path)
    give = importlib.import_module("edited_steps").Give()
    context.run(give)
    path.write_text(source % 22)
    assert context.status()["Give"].reasons == ("code: edited_steps.Give changed",)
    context.run(give)
    assert values_of(give.outputs["number"]) == [22]


def test_what_cannot_be_run(context: InteractiveContext) -> None:
    message = "context.run(...) takes a component or a pipeline, got 'Write' of type str."
    with raises(AuthoringError, message):
        context.run("Write")  # type: ignore[call-overload]
    with raises(
        AuthoringError, 'context.run(..., upstream=...) is "keep" or "refresh", got \'x\'.'
    ):
        context.run(Write(), upstream="x")  # type: ignore[call-overload]


def test_nothing_was_run(context: InteractiveContext) -> None:
    assert repr(context.status()) == "Nothing was run in this context."
    assert context.refresh().run_id == ""


def test_session_that_goes_to_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    context = InteractiveContext(
        pipeline_root="root",
        metadata_connection_config=sqlite_metadata_connection_config("store.sqlite"),
        progress=False,
    )
    write = Write()
    context.run(write)
    monkeypatch.chdir(tmp_path / "there")
    assert context.run(write).cached
    context.run(Pipeline("whole", components=[Write(text="b")]))
    assert not list((tmp_path / "there").iterdir())
    assert (tmp_path / "here" / "root" / "Write" / "examples").exists()
