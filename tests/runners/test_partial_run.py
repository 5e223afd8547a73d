"""Running a part of a pipeline, with what an earlier run has made of the rest."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import Cond, ForEach, LocalRunner, Pipeline, RunOptions, final_status
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, PipelineRunError, RunNotFoundError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.runners.local.result import RunResult
from tests.runners import flow_steps as flow
from tests.runners.conftest import output
from tests.whole_message import raises

OpenStore = Callable[[], MetadataStore]


class Parts:
    """A chain of nodes `a` to `d`, and `beside`, which reads `a`; each appends its name."""

    def __init__(self, folder: Path, config: SqliteConnection) -> None:
        self.folder = folder
        self.config = config

    def chain(self, name: str = "p", suffix: str = "") -> Pipeline:
        first = flow.Write(text=f"a{suffix}").with_id("a")
        nodes: list[Any] = [first]
        model = first.outputs["model"]
        for letter in ("b", "c", "d"):
            nodes.append(flow.Append(model=model, text=letter + suffix).with_id(letter))
            model = nodes[-1].outputs["longer"]
        beside = flow.Append(model=first.outputs["model"], text="!").with_id("beside")
        return self.pipeline(*nodes, beside, name=name)

    def pipeline(self, *nodes: BaseNode, name: str = "p", **arguments: Any) -> Pipeline:
        return Pipeline(name, str(self.folder / "root"), list(nodes), **arguments)

    def run(self, pipeline: Pipeline, run_id: str, **options: Any) -> RunResult:
        return LocalRunner(inline=True, progress=False).run(
            pipeline,
            run_id=run_id,
            options=RunOptions(**options),
            metadata_connection_config=self.config,
        )


@pytest.fixture
def parts(tmp_path: Path, config: SqliteConnection) -> Parts:
    return Parts(tmp_path, config)


def text(result: RunResult, node_id: str) -> str:
    return Path(result[node_id].outputs["longer"][0].uri, "text").read_text()


def states(result: RunResult) -> dict[str, str]:
    return {name: one.state.value for name, one in result.executions.items()}


class TestSelection:
    def test_from_a_node_on(self, parts: Parts) -> None:
        parts.run(parts.chain(), "whole")
        result = parts.run(parts.chain(suffix="2"), "part", from_nodes=["c"])
        assert states(result) == {"b": "cached", "c": "complete", "d": "complete"}
        assert text(result, "d") == "abc2d2"
        assert result["b"].reason == "taken over from run whole"

    def test_up_to_a_node(self, parts: Parts) -> None:
        result = parts.run(parts.chain(), "part", to_nodes=["b"])
        assert states(result) == {"a": "complete", "b": "complete"}

    def test_between_nodes(self, parts: Parts) -> None:
        parts.run(parts.chain(), "whole")
        result = parts.run(parts.chain(), "part", from_nodes=["b"], to_nodes=["c"])
        assert states(result) == {"a": "cached", "b": "complete", "c": "complete"}

    def test_one_node(self, parts: Parts) -> None:
        parts.run(parts.chain(), "whole")
        result = parts.run(parts.chain(suffix="2"), "part", from_nodes=["c"], to_nodes=["c"])
        assert states(result) == {"b": "cached", "c": "complete"}
        assert text(result, "c") == "abc2"

    def test_several_nodes(self, parts: Parts) -> None:
        parts.run(parts.chain(), "whole")
        result = parts.run(parts.chain(), "part", from_nodes=["c", "beside"])
        assert states(result) == {
            "a": "cached",
            "b": "cached",
            "beside": "complete",
            "c": "complete",
            "d": "complete",
        }

    def test_what_is_not_selected_is_not_in_the_store_either(
        self, parts: Parts, opened: OpenStore
    ) -> None:
        parts.run(parts.chain(), "part", to_nodes=["b"])
        assert set(opened().states("part")) == {"a", "b"}

    def test_a_loop_and_a_sub_pipeline_are_one_node_each(self, parts: Parts) -> None:
        def pipeline() -> Pipeline:
            first = flow.Numbers(values=["x", "y"])
            with ForEach(first.outputs["numbers"].future()[0].value, name="each") as one:
                write = flow.Write(text=one)
            inner = flow.Write(text="z").with_id("inner")
            outputs = {"model": inner.outputs["model"]}
            sub = Pipeline("sub", components=[inner], outputs=outputs)
            collect = flow.Collect(models=write.outputs["model"])
            append = flow.Append(model=sub.outputs["model"])
            return parts.pipeline(first, write, sub, collect, append)

        parts.run(pipeline(), "whole")
        after = parts.run(pipeline(), "after", from_nodes=["Collect", "Append"])
        assert states(after) == {
            "each": "cached",
            "sub": "cached",
            "Collect": "complete",
            "Append": "complete",
        }
        assert json.loads(output(after, "Collect", "texts")) == ["x", "y"]
        loop = parts.run(pipeline(), "loop", from_nodes=["each"], to_nodes=["each"])
        assert states(loop) == {
            "Numbers": "cached",
            "each": "complete",
            "each.Write#0": "complete",
            "each.Write#1": "complete",
        }

    def test_an_exit_handler_that_reads_what_is_not_run_is_skipped(self, parts: Parts) -> None:
        first, second = flow.Write().with_id("first"), flow.Write().with_id("second")
        handler = flow.Append(model=second.outputs["model"]).with_id("handler")
        pipeline = parts.pipeline(first, second, exit_handler=handler)
        result = parts.run(pipeline, "r", to_nodes=["first"])
        assert states(result) == {"first": "complete", "handler": "skipped"}
        assert result["handler"].reason == "node 'second' is not part of this run"

    def test_the_exit_handler_runs_all_the_same(self, parts: Parts) -> None:
        notes = parts.folder / "notes"
        handler = flow.Note(path=str(notes), text=final_status())
        first = flow.Multiply(n=1)
        second = flow.Multiply(n=2).with_id("second").add_upstream_node(first)
        pipeline = parts.pipeline(first, second, exit_handler=handler)
        parts.run(pipeline, "part", to_nodes=["Multiply"])
        assert json.loads(notes.read_text())["state"] == "SUCCEEDED"


class TestBaseRun:
    def test_is_the_newest_that_has_all(self, parts: Parts) -> None:
        parts.run(parts.chain(suffix="1"), "one")
        parts.run(parts.chain(suffix="2"), "two")
        parts.run(parts.chain(suffix="3"), "short", to_nodes=["a"])
        result = parts.run(parts.chain(suffix="4"), "part", from_nodes=["d"])
        assert text(result, "d") == "a2b2c2d4"
        assert result["c"].reason == "taken over from run two"

    def test_may_be_given(self, parts: Parts) -> None:
        parts.run(parts.chain(suffix="1"), "one")
        parts.run(parts.chain(suffix="2"), "two")
        result = parts.run(parts.chain(suffix="4"), "part", from_nodes=["d"], base_run="one")
        assert text(result, "d") == "a1b1c1d4"

    def test_may_be_a_partial_one(self, parts: Parts) -> None:
        parts.run(parts.chain(suffix="1"), "one")
        parts.run(parts.chain(suffix="2"), "two", from_nodes=["c"], to_nodes=["c"])
        result = parts.run(parts.chain(suffix="3"), "part", from_nodes=["d"])
        assert text(result, "d") == "a1b1c2d3"
        again = parts.run(parts.chain(), "again", from_nodes=["d"], base_run="part")
        assert again["c"].cached_from == result["c"].cached_from

    def test_may_be_one_that_failed_further_down(self, parts: Parts) -> None:
        fails = flow.FailUnlessThere(path=str(parts.folder / "there"))
        write = flow.Write()
        append = flow.Append(model=write.outputs["model"]).add_upstream_node(write)
        fails.add_upstream_node(write)
        with pytest.raises(PipelineRunError):
            parts.run(parts.pipeline(write, append, fails), "failed")
        result = parts.run(parts.pipeline(write, append, fails), "part", to_nodes=["Append"])
        assert states(result) == {"Write": "complete", "Append": "complete"}
        result = parts.run(
            parts.pipeline(write, append, fails),
            "rest",
            from_nodes=["Append"],
            base_run="failed",
        )
        assert states(result) == {"Write": "cached", "Append": "complete"}

    def test_a_node_that_it_skipped_is_skipped(self, parts: Parts) -> None:
        def pipeline() -> Pipeline:
            number = flow.Multiply(n=1)
            with Cond(number.outputs["n"].future()[0].value == 2):
                never = flow.Write().with_id("never")
            needs = flow.Append(model=never.outputs["model"]).with_id("needs")
            takes = flow.CollectIfAny(models=never.outputs["model"])
            return parts.pipeline(number, never, needs, takes)

        parts.run(pipeline(), "whole")
        result = parts.run(pipeline(), "part", from_nodes=["needs", "CollectIfAny"])
        assert states(result) == {
            "never": "skipped",
            "needs": "skipped",
            "CollectIfAny": "complete",
        }
        assert result["never"].reason == (
            "condition is false: (Multiply.outputs['n'][0].value == 2)"
        )

    def test_is_of_no_use_where_its_files_are_gone(self, parts: Parts) -> None:
        parts.run(parts.chain(suffix="1"), "one")
        newest = parts.run(parts.chain(suffix="2"), "two")
        shutil.rmtree(newest["c"].outputs["longer"][0].uri)
        result = parts.run(parts.chain(), "part", from_nodes=["d"])
        assert text(result, "d") == "a1b1c1d"
        message = (
            "base_run: run 'two' has no results of 'c', which the nodes to be run read. "
            "Choose another run, or begin further up."
        )
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "other", from_nodes=["d"], base_run="two")


class TestRefused:
    @pytest.mark.parametrize("option", ["from_nodes", "to_nodes"])
    def test_a_node_that_is_unknown(self, parts: Parts, option: str) -> None:
        message = (
            f"{option}: pipeline 'p' has no node 'besid'. "
            "These exist: 'a', 'b', 'beside', 'c', 'd'. Did you mean 'beside'?"
        )
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "r", **{option: ["besid"]})

    def test_a_part_without_nodes(self, parts: Parts) -> None:
        message = "No node of pipeline 'p' comes after ['d'] and before ['a', 'b']."
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "r", from_nodes=["d"], to_nodes=["b", "a"])

    def test_a_base_run_of_another_pipeline(self, parts: Parts) -> None:
        parts.run(parts.chain(name="other"), "one")
        message = "base_run: run 'one' is of pipeline 'other', not of 'p'."
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "r", from_nodes=["d"], base_run="one")

    def test_a_base_run_that_is_unknown(self, parts: Parts) -> None:
        message = "The store holds no run 'one'. 'plib runs' lists those it holds."
        with raises(RunNotFoundError, message):
            parts.run(parts.chain(), "r", from_nodes=["d"], base_run="one")

    def test_what_no_run_can_give(self, parts: Parts, opened: OpenStore) -> None:
        parts.run(parts.chain(name="other"), "one")
        parts.run(parts.chain(), "two", to_nodes=["a"])
        message = (
            "No run of pipeline 'p' has results of all of 'a', 'c', which the nodes to be run "
            "read. Run the whole pipeline first, or begin further up."
        )
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "r", from_nodes=["d", "beside"])
        assert {run.run_id for run in opened().runs()} == {"one", "two"}

    def test_what_the_given_run_lacks(self, parts: Parts) -> None:
        parts.run(parts.chain(), "whole")
        parts.run(parts.chain(), "short", to_nodes=["a"])
        message = (
            "base_run: run 'short' has no results of 'c', which the nodes to be run read. "
            "Choose another run, or begin further up."
        )
        with raises(AuthoringError, message):
            parts.run(parts.chain(), "r", from_nodes=["d"], base_run="short")

    def test_a_node_inside_another(self, parts: Parts) -> None:
        inner = flow.Multiply(n=1)
        pipeline = parts.pipeline(Pipeline("sub", components=[inner]))
        message = "from_nodes: pipeline 'p' has no node 'sub.Multiply'. These exist: 'sub'."
        with raises(AuthoringError, message):
            parts.run(pipeline, "r", from_nodes=["sub.Multiply"])

    @pytest.mark.parametrize("name", ["from_nodes", "to_nodes"])
    def test_text_in_place_of_a_list(self, name: str) -> None:
        message = f"RunOptions({name}=...) takes a list of node ids, got 'd'. Write ['d']."
        with raises(AuthoringError, message):
            RunOptions(**{name: "d"})

    def test_tags_as_one_text(self, parts: Parts) -> None:
        message = "run(tags=...) takes a list of words, got 'nightly'. Write ['nightly']."
        with raises(AuthoringError, message):
            LocalRunner(progress=False).run(parts.pipeline(flow.Multiply(n=1)), tags="nightly")
