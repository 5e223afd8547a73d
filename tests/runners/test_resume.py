"""A run that was killed, interrupted or has failed goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_lib import Cond, ForEach, LocalRunner, Pipeline, final_status, union
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import (
    AuthoringError,
    PipelineLibError,
    PipelineRunError,
    RunNotFoundError,
)
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import MetadataStore, RunState
from pipeline_lib.runners.local.result import RunResult
from pipeline_lib.runners.local.run_options import RunOptions
from tests.runners import flow_steps as flow
from tests.runners import steps
from tests.runners.conftest import StartScript, output
from tests.runners.processes import has_ended, watched
from tests.whole_message import raises

OpenStore = Callable[[], MetadataStore]
RUNNER = LocalRunner(1, progress=False)

LOOP = """
    import signal, sys
    from pipeline_lib import ForEach, LocalRunner, Pipeline, sqlite_metadata_connection_config
    from tests.runners import flow_steps as flow

    def pipeline(folder):
        first = flow.NoteAndHangAt(folder=folder, n=0, at=2).with_id("first")
        with ForEach([1, 2, 3], name="each") as n:
            note = flow.NoteAndHangAt(folder=folder, n=n, at=2).add_upstream_node(first)
        collect = flow.Collect(models=note.outputs["model"])
        inner = flow.NoteAndHangAt(folder=folder, n=4, at=2).with_id("inner")
        sub = Pipeline("sub", components=[inner]).add_upstream_node(first)
        sub.with_options(priority=1)
        config = sqlite_metadata_connection_config(f"{folder}/store.sqlite")
        return Pipeline(
            "p", f"{folder}/root", [first, note, collect, sub], metadata_connection_config=config
        )

    if __name__ == "__main__":
        # Where the tests run in the background of a shell, it is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        LocalRunner(1, progress=False).run(pipeline(sys.argv[1]), run_id="r")
"""
"""Node `each.NoteAndHangAt#1` hangs, when `first`, `sub` and another iteration are done."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "started")
    return tmp_path


def ran(folder: Path) -> list[int]:
    """The numbers of the nodes that ran, in that order."""
    return [int(line) for line in (folder / "ran").read_text().splitlines()]


def run(
    folder: Path, config: SqliteConnection, *nodes: BaseNode, name: str = "p", run_id: str = "r"
) -> RunResult:
    pipeline = Pipeline(name, str(folder / "root"), list(nodes))
    return RUNNER.run(pipeline, run_id=run_id, metadata_connection_config=config)


def end(process: object, by: signal.Signals, folder: Path) -> None:
    """End a runner whose node hangs, and wait for its worker to be gone."""
    worker = int((folder / "started").read_text())
    with watched(worker) as (descriptor,):
        process.send_signal(by)  # type: ignore[attr-defined]
        process.communicate()  # type: ignore[attr-defined]
        assert has_ended(descriptor)


class TestAfterSuddenDeath:
    def test_each_completed_node_has_run_once(
        self, folder: Path, start_script: StartScript, config: SqliteConnection
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGKILL, folder)
        assert ran(folder) == [0, 4, 1, 2]
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert ran(folder) == [0, 4, 1, 2, 2, 3]
        assert result.run.state is RunState.COMPLETE
        assert json.loads(output(result, "Collect", "texts")) == ["1", "2", "3"]
        assert {one.state.value for one in result.executions.values()} == {"complete"}

    def test_what_was_running_is_recorded_as_canceled(
        self, folder: Path, start_script: StartScript, config: SqliteConnection, opened: OpenStore
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGKILL, folder)
        RUNNER.resume("r", metadata_connection_config=config)
        store = opened()
        recorded = [(one.instance, one.state.value) for one in store.executions("r")]
        assert sorted(recorded) == [
            ("Collect", "complete"),
            ("each", "canceled"),
            ("each", "complete"),
            ("each.NoteAndHangAt#0", "complete"),
            ("each.NoteAndHangAt#1", "canceled"),
            ("each.NoteAndHangAt#1", "complete"),
            ("each.NoteAndHangAt#2", "complete"),
            ("first", "complete"),
            ("sub", "complete"),
            ("sub.inner", "complete"),
        ]
        canceled = {one.reason for one in store.executions("r") if one.state.value == "canceled"}
        assert canceled == {"the runner ended before the node"}
        assert store.run("r").state is RunState.COMPLETE

    def test_no_half_output_is_left(
        self, folder: Path, start_script: StartScript, config: SqliteConnection
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGKILL, folder)
        models = folder / "root" / "each.NoteAndHangAt" / "model"
        assert any(name.endswith(".partial") for name in os.listdir(models))
        result = RUNNER.resume("r", metadata_connection_config=config)
        written = {
            result[f"each.NoteAndHangAt#{position}"].outputs["model"][0].uri
            for position in range(3)
        }
        assert {str(path) for path in models.iterdir()} == written

    def test_the_pipeline_may_be_given_anew(
        self, folder: Path, start_script: StartScript, config: SqliteConnection
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGKILL, folder)
        again = LOOP.replace(
            '.run(pipeline(sys.argv[1]), run_id="r")', '.resume("r", pipeline(sys.argv[1]))'
        )
        process = start_script(again, "script.py", str(folder))
        _, errors = process.communicate()
        assert process.returncode == 0, errors
        assert ran(folder) == [0, 4, 1, 2, 2, 3]

    def test_a_run_that_still_runs_is_left_alone(
        self, folder: Path, start_script: StartScript, config: SqliteConnection, opened: OpenStore
    ) -> None:
        process = start_script(LOOP, "script.py", str(folder))
        worker = int((folder / "started").read_text())
        message = "Run 'r' is still running, in another process. Wait until it has ended."
        with raises(PipelineLibError, message):
            RUNNER.resume("r", metadata_connection_config=config)
        assert opened().states("r")["each.NoteAndHangAt#1"].value == "running"
        with watched(worker) as (descriptor,):
            process.kill()
            process.communicate()
            assert has_ended(descriptor)

    def test_a_run_of_the_same_id_elsewhere_is_another_one(
        self, folder: Path, start_script: StartScript
    ) -> None:
        process = start_script(LOOP, "script.py", str(folder))
        worker = int((folder / "started").read_text())
        elsewhere = folder / "elsewhere"
        other = SqliteConnection(str(folder / "other.sqlite"))
        assert run(elsewhere, other, flow.Multiply(n=1)).run.state is RunState.COMPLETE
        with watched(worker) as (descriptor,):
            process.kill()
            process.communicate()
            assert has_ended(descriptor)


class TestAfterInterrupt:
    def test_nothing_is_recorded_as_running(
        self, folder: Path, start_script: StartScript, opened: OpenStore
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGINT, folder)
        store = opened()
        assert store.run("r").state is RunState.CANCELED
        assert {name: state.value for name, state in store.states("r").items()} == {
            "first": "complete",
            "sub": "complete",
            "sub.inner": "complete",
            "each": "canceled",
            "each.NoteAndHangAt#0": "complete",
            "each.NoteAndHangAt#1": "canceled",
        }
        assert {one.reason for one in store.executions("r") if one.reason} == {"interrupted"}

    def test_it_goes_on(
        self, folder: Path, start_script: StartScript, config: SqliteConnection
    ) -> None:
        end(start_script(LOOP, "script.py", str(folder)), signal.SIGINT, folder)
        RUNNER.resume("r", metadata_connection_config=config)
        assert ran(folder) == [0, 4, 1, 2, 2, 3]


class TestAfterAFailure:
    def test_what_failed_and_what_was_skipped_is_run(
        self, tmp_path: Path, config: SqliteConnection, opened: OpenStore
    ) -> None:
        there, notes = tmp_path / "there", str(tmp_path / "notes")
        before = flow.Note(path=notes, text="before").with_id("before")
        fails = flow.FailUnlessThere(path=str(there)).add_upstream_node(before)
        after = flow.Note(path=notes, text="after").with_id("after").add_upstream_node(fails)
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, before, fails, after)
        there.touch()
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert Path(notes).read_text().split() == ["before", "after"]
        assert result.run.state is RunState.COMPLETE
        assert sorted(result.executions) == ["FailUnlessThere", "after", "before"]
        assert [(one.instance, one.state.value) for one in opened().executions("r")] == [
            ("before", "complete"),
            ("FailUnlessThere", "failed"),
            ("after", "skipped"),
            ("FailUnlessThere", "complete"),
            ("after", "complete"),
        ]

    @pytest.mark.parametrize(("use_cache", "expected"), [(True, "cached"), (False, "complete")])
    def test_the_cache_is_used_as_the_run_was_to_use_it(
        self, tmp_path: Path, config: SqliteConnection, use_cache: bool, expected: str
    ) -> None:
        there = tmp_path / "there"
        fails = flow.FailUnlessThere(path=str(there)).with_cache(False)
        after = flow.Multiply(n=1).add_upstream_node(fails).with_cache(True)
        run(tmp_path, config, flow.Multiply(n=1).with_cache(True), run_id="earlier")
        pipeline = Pipeline("p", str(tmp_path / "root"), [fails, after])
        given = {"run_id": "r", "metadata_connection_config": config, "use_cache": use_cache}
        with pytest.raises(PipelineRunError):
            RUNNER.run(pipeline, **given)  # type: ignore[arg-type]
        there.touch()
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert result["Multiply"].state.value == expected

    def test_a_node_that_was_mended_is_run_as_it_is_now(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        def nodes(at: int) -> list[BaseNode]:
            with ForEach([1, 2, 3], name="each") as number:
                may_fail = flow.FailAt(n=number, at=at)
            return [may_fail, flow.Sum(numbers=may_fail.outputs["n"])]

        with pytest.raises(PipelineRunError):
            run(tmp_path, config, *nodes(at=2))
        mended = Pipeline("p", str(tmp_path / "root"), nodes(at=99))
        result = RUNNER.resume("r", mended, metadata_connection_config=config)
        assert output(result, "Sum", "n") == "6"
        parameters = [result[f"each.FailAt#{one}"].parameters["at"] for one in range(3)]
        assert parameters == [2, 99, 2]

    def test_a_loop_over_a_mended_list_runs_for_the_elements_that_changed(
        self, tmp_path: Path, config: SqliteConnection, opened: OpenStore
    ) -> None:
        def pipeline(*numbers: int, at: int) -> Pipeline:
            with ForEach(list(numbers), name="each") as number:
                sub = Pipeline("sub", components=[flow.Multiply(n=number)])
                may_fail = flow.FailAt(n=number, at=at)
                with ForEach([0, 1], name="inner") as factor:
                    times = flow.Multiply(n=factor, by=number)
            total = flow.Sum(numbers=may_fail.outputs["n"])
            nodes = [sub, may_fail, times, total]
            return Pipeline("p", str(tmp_path / "root"), nodes)

        with pytest.raises(PipelineRunError):
            RUNNER.run(pipeline(1, 2, 3, at=3), run_id="r", metadata_connection_config=config)
        mended = pipeline(7, 2, 4, 5, at=5)
        with pytest.raises(PipelineRunError):
            RUNNER.resume("r", mended, metadata_connection_config=config)
        # What the first list's elements gave is not taken for those of the second again.
        mended = pipeline(7, 2, 3, 5, at=99)
        result = RUNNER.resume("r", mended, metadata_connection_config=config)
        assert output(result, "Sum", "n") == "17"
        last = {one.instance: one.parameters for one in opened().executions("r")}
        assert [last[f"each.sub.Multiply#{one}"]["n"] for one in range(4)] == [7, 2, 3, 5]
        assert [last[f"each.inner.Multiply#{one}.1"]["by"] for one in range(4)] == [7, 2, 3, 5]
        assert result["each.FailAt#1"].id < result["each.FailAt#0"].id

    def test_it_may_fail_again(self, tmp_path: Path, config: SqliteConnection) -> None:
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, steps.Fail(kind="value"), flow.Multiply(n=1))
        with pytest.raises(PipelineRunError) as raised:
            RUNNER.resume("r", metadata_connection_config=config)
        assert str(raised.value).splitlines()[:2] == [
            "Run 'r' of pipeline 'p' failed: 1 of 2 nodes failed, 0 skipped.",
            "  Fail: ValueError: the data is bad",
        ]

    def test_the_parameters_are_those_of_the_run(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        there = tmp_path / "there"
        number = flow.Multiply(n=RuntimeParameter("n", int, default=1))
        fails = flow.FailUnlessThere(path=str(there))
        number.add_upstream_node(fails)
        pipeline = compile(Pipeline("p", str(tmp_path / "root"), [number, fails]))
        with pytest.raises(PipelineRunError):
            RUNNER.run(pipeline, {"n": 7}, run_id="r", metadata_connection_config=config)
        there.touch()
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert output(result, "Multiply", "n") == "7"
        assert result.run.parameters == {"n": 7}

    def test_the_exit_handler_is_told_how_it_ends_now(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        there, notes = tmp_path / "there", tmp_path / "notes"
        pipeline = Pipeline(
            "p",
            str(tmp_path / "root"),
            [flow.FailUnlessThere(path=str(there))],
            exit_handler=flow.Note(path=str(notes), text=final_status()),
        )
        with pytest.raises(PipelineRunError):
            RUNNER.run(pipeline, run_id="r", metadata_connection_config=config)
        there.touch()
        RUNNER.resume("r", metadata_connection_config=config)
        told = [json.loads(line)["state"] for line in notes.read_text().splitlines()]
        assert told == ["FAILED", "SUCCEEDED"]

    def test_outputs_that_are_gone_are_made_again(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        there = tmp_path / "there"
        write = flow.Write(text="a")
        kept = flow.Write(text="b").with_id("kept")
        fails = flow.FailUnlessThere(path=str(there)).add_upstream_nodes([write, kept])
        collect = flow.Collect(models=write.outputs["model"]).add_upstream_node(fails)
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, write, kept, fails, collect)
        there.touch()
        (model,) = (tmp_path / "root" / "Write" / "model").iterdir()
        shutil.rmtree(model)
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert json.loads(output(result, "Collect", "texts")) == ["a"]
        assert result["Write"].id > result["kept"].id

    def test_a_loop_whose_elements_are_made_again_runs_for_all_of_them(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        def pipeline(values: list[int], at: int) -> Pipeline:
            numbers = flow.Numbers(values=values)
            with ForEach(numbers.outputs["numbers"].future()[0].value, name="each") as number:
                sub = Pipeline("sub", components=[flow.Multiply(n=number)])
                may_fail = flow.FailAt(n=number, at=at)
            beside = flow.Multiply(n=1).with_id("beside")
            total = flow.Sum(numbers=may_fail.outputs["n"])
            nodes = [total, numbers, beside, sub, may_fail]
            return Pipeline("p", str(tmp_path / "root"), nodes)

        with pytest.raises(PipelineRunError):
            RUNNER.run(pipeline([1, 2, 3], at=2), run_id="r", metadata_connection_config=config)
        shutil.rmtree(tmp_path / "root" / "Numbers" / "numbers")
        mended = pipeline([10, 20], at=99)
        result = RUNNER.resume("r", mended, metadata_connection_config=config)
        assert output(result, "Sum", "n") == "30"
        assert output(result, "each.sub.Multiply#1", "n") == "20"
        assert result["beside"].id < result["Numbers"].id

    def test_inside_a_sub_pipeline_only_what_comes_after_is_made_again(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        notes = str(tmp_path / "notes")
        first = flow.Note(path=notes, text="first").with_id("first")
        write = flow.Write().add_upstream_node(first)
        last = flow.Note(path=notes, text="last").with_id("last").add_upstream_node(write)
        sub = Pipeline("sub", components=[last, write, first])
        after = flow.Note(path=notes, text="after").with_id("after").add_upstream_node(sub)
        beside = flow.Note(path=notes, text="beside").with_id("beside")
        fails = flow.FailUnlessThere(path=str(tmp_path / "there")).add_upstream_node(after)
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, sub, after, beside, fails)
        (tmp_path / "there").touch()
        shutil.rmtree(tmp_path / "root" / "sub.Write" / "model")
        RUNNER.resume("r", metadata_connection_config=config)
        lines = Path(notes).read_text().split()
        assert {line: lines.count(line) for line in lines} == {
            "first": 1,
            "last": 2,
            "after": 2,
            "beside": 1,
        }

    def test_what_a_partial_run_took_over_stays_taken_over(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        number = flow.Multiply(n=1)
        with Cond(number.outputs["n"].future()[0].value == 2):
            never = flow.Write().with_id("never")
        write = flow.Write().add_upstream_node(number)
        both = union([never.outputs["model"], write.outputs["model"]])
        fails = flow.FailUnlessThere(path=str(tmp_path / "there"))
        collect = flow.Collect(models=both).add_upstream_node(fails)
        pipeline = compile(
            Pipeline("p", str(tmp_path / "root"), [number, never, write, fails, collect])
        )
        for run_id, options in (
            ("whole", RunOptions()),
            ("r", RunOptions(from_nodes=["FailUnlessThere"])),
        ):
            with pytest.raises(PipelineRunError):
                RUNNER.run(
                    pipeline, run_id=run_id, options=options, metadata_connection_config=config
                )
        (tmp_path / "there").touch()
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert {name: one.state.value for name, one in result.executions.items()} == {
            "never": "skipped",
            "Write": "cached",
            "FailUnlessThere": "complete",
            "Collect": "complete",
        }

    def test_it_goes_on_from_another_folder(
        self, tmp_path: Path, config: SqliteConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there = tmp_path / "there"
        fails = flow.FailUnlessThere(path=str(there))
        write = flow.Write().add_upstream_node(fails)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(PipelineRunError):
            RUNNER.run(
                Pipeline("p", "root", [fails, write]),
                run_id="r",
                metadata_connection_config=config,
            )
        there.touch()
        (tmp_path / "other").mkdir()
        monkeypatch.chdir(tmp_path / "other")
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert result["Write"].outputs["model"][0].uri.startswith(f"{tmp_path}/root/Write/")
        assert list((tmp_path / "other").iterdir()) == []

    def test_a_partial_run_stays_one(self, tmp_path: Path, config: SqliteConnection) -> None:
        there = tmp_path / "there"
        fails = flow.FailUnlessThere(path=str(there))
        beside = flow.Multiply(n=1).with_id("beside")
        after = flow.Multiply(n=2).with_id("after").add_upstream_node(fails)
        last = flow.Multiply(n=3).with_id("last").add_upstream_node(after)
        pipeline = Pipeline("p", str(tmp_path / "root"), [fails, beside, after, last])
        with pytest.raises(PipelineRunError):
            RUNNER.run(
                pipeline,
                run_id="r",
                options=RunOptions(to_nodes=["after"]),
                metadata_connection_config=config,
            )
        there.touch()
        result = RUNNER.resume("r", metadata_connection_config=config)
        assert sorted(result.executions) == ["FailUnlessThere", "after"]


class TestRefused:
    def test_a_run_that_has_finished(self, tmp_path: Path, config: SqliteConnection) -> None:
        run(tmp_path, config, flow.Multiply(n=1))
        message = (
            "Run 'r' has finished: there is nothing to resume. Start a new run; what has not "
            "changed is taken from the cache."
        )
        with raises(AuthoringError, message):
            RUNNER.resume("r", metadata_connection_config=config)

    def test_a_run_that_is_unknown(self, tmp_path: Path, config: SqliteConnection) -> None:
        run(tmp_path, config, flow.Multiply(n=1))
        message = "The store holds no run 'x'. 'plib runs' lists those it holds."
        with raises(RunNotFoundError, message):
            RUNNER.resume("x", metadata_connection_config=config)

    def test_a_run_of_another_pipeline(self, tmp_path: Path, config: SqliteConnection) -> None:
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, steps.Fail(kind="value"))
        other = Pipeline("other", str(tmp_path / "root"), [flow.Multiply(n=1)])
        message = "Run 'r' is of pipeline 'p', not of 'other'. Resume it with its own pipeline."
        with raises(AuthoringError, message):
            RUNNER.resume("r", other, metadata_connection_config=config)

    def test_a_run_whose_compiled_pipeline_is_gone(
        self, tmp_path: Path, config: SqliteConnection
    ) -> None:
        with pytest.raises(PipelineRunError):
            run(tmp_path, config, steps.Fail(kind="value"))
        shutil.rmtree(tmp_path / "root" / ".pipelines")
        message = (
            "The compiled pipeline of run 'r' is not below its pipeline root "
            f"'{tmp_path}/root' any more. Put the files back if they were moved; if they were "
            "deleted, a new run makes them again."
        )
        with raises(RunNotFoundError, message):
            RUNNER.resume("r", metadata_connection_config=config)
