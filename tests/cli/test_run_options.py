from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.desk import Desk

PIPELINE = """
import os

from pipeline_lib import ForEach, OutputDict, Parameter, Pipeline, RuntimeParameter, component


@component
def Start(n: Parameter[int]) -> OutputDict(n=int):
    return {"n": n}


@component
def Double(n: Parameter[int]) -> OutputDict(n=int):
    if not os.path.exists("mended"):
        raise ValueError("not mended")
    return {"n": 2 * n}


@component
def Tell(n: int) -> OutputDict(text=str):
    return {"text": str(n)}


def create_pipeline():
    start = Start(n=RuntimeParameter("n", int, default=1))
    with ForEach([1, 2], name="each") as n:
        double = Double(n=n).add_upstream_node(start)
    tell = Tell(n=start.outputs["n"]).add_upstream_node(double)
    return Pipeline("chain", "root", [start, double, tell])


def other_pipeline():
    return Pipeline("other", "root", [Start(n=1)])
"""

USAGE = "Usage: plib run [OPTIONS] [PIPELINE] [-- ARGUMENT...]\nTry 'plib run --help' for help.\n\n"


@pytest.fixture
def own(desk: Desk) -> Desk:
    """A desk with `chain.py`, whose loop fails as long as there is no file `mended`."""
    desk.write("chain.py", PIPELINE)
    return desk


def mend(desk: Desk) -> None:
    desk.write("mended", "")


def run_of(result: Any) -> Any:
    return json.loads(result.stdout)


def states(result: Any) -> dict[str, str]:
    return {node["node"]: node["state"] for node in run_of(result)["nodes"]}


COMPLETE = {
    "Start": "complete",
    "each": "complete",
    "each.Double#0": "complete",
    "each.Double#1": "complete",
    "Tell": "complete",
}


class TestResume:
    def test_goes_on_with_a_run(self, own: Desk) -> None:
        failed = own.plib("run", "chain.py", "--inline", "--json", "--param", "n=5")
        assert failed.exit_code == 1
        run_id = run_of(failed)["run_id"]
        mend(own)
        result = own.plib("run", "--resume", run_id, "--inline", "--json")
        assert result.exit_code == 0, result.stderr
        assert states(result) == COMPLETE
        shown = run_of(result)
        assert (shown["run_id"], shown["parameters"]) == (run_id, {"n": 5})
        assert result.stderr.splitlines()[-1] == f"Look further: plib show {run_id}"

    @pytest.mark.parametrize("pipeline", [(), ("chain.py",)])
    def test_in_workers_by_the_beginning_of_its_id_or_the_latest(
        self, own: Desk, pipeline: tuple[str, ...]
    ) -> None:
        assert own.plib("run", "chain.py", "--parallelism", "1").exit_code == 1
        mend(own)
        result = own.plib("run", *pipeline, "--resume", "latest", "--json")
        assert result.exit_code == 0, result.stderr
        assert states(result) == COMPLETE

    def test_a_run_that_fails_again_ends_with_1(self, own: Desk) -> None:
        own.plib("run", "chain.py", "--inline")
        result = own.plib("run", "--resume", "latest", "--inline", "--json")
        assert result.exit_code == 1
        assert states(result)["each.Double#1"] == "failed"
        assert "  each.Double#1: ValueError: not mended\n" in result.stderr

    def test_a_run_that_has_finished(self, own: Desk) -> None:
        mend(own)
        run_id = run_of(own.plib("run", "chain.py", "--inline", "--json"))["run_id"]
        result = own.plib("run", "--resume", run_id, "--inline")
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: Run {run_id!r} has finished: there is nothing to resume. Start a new run; "
            "what has not changed is taken from the cache.\n"
        )

    def test_a_run_that_is_unknown(self, own: Desk) -> None:
        own.plib("run", "chain.py", "--inline")
        result = own.plib("run", "--resume", "zzz", "--inline")
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: The store holds no run 'zzz'. 'plib runs' lists those it holds.\n"
        )

    def test_in_a_store_without_runs(self, own: Desk) -> None:
        result = own.plib("run", "--resume", "latest", "--inline")
        assert result.exit_code == 2
        assert result.stderr.startswith("Error: ")
        assert len(result.stderr.splitlines()) == 1

    def test_a_run_of_another_pipeline(self, own: Desk) -> None:
        run_id = run_of(own.plib("run", "chain.py", "--inline", "--json"))["run_id"]
        result = own.plib("run", "chain.py:other_pipeline", "--resume", run_id, "--inline")
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: Run {run_id!r} is of pipeline 'chain', not of 'other'. "
            "Resume it with its own pipeline.\n"
        )

    @pytest.mark.parametrize(
        ("given", "named"),
        [
            (("--param", "n=1"), "--param"),
            (("--from", "Tell"), "--from and --to"),
            (("--to", "Tell"), "--from and --to"),
            (("--tag", "x"), "--tag"),
            (("--no-cache",), "--no-cache"),
        ],
    )
    def test_what_was_settled_when_it_began(
        self, own: Desk, given: tuple[str, ...], named: str
    ) -> None:
        result = own.plib("run", "--resume", "latest", *given)
        assert result.exit_code == 2
        assert result.stderr == (
            f"{USAGE}Error: --resume goes on with a run as it was begun: no {named}.\n"
        )

    def test_where_nothing_was_run_leaves_no_store(self, own: Desk) -> None:
        result = own.plib("run", "--resume", "latest")
        assert result.exit_code == 2
        assert result.stderr == (
            "Error: There is no metadata store '.plib/metadata.sqlite'. The first 'plib run' makes "
            "it; name another with --store PATH, or with PLIB_STORE.\n"
        )
        assert not (own.folder / ".plib").exists()


class TestPart:
    def test_takes_over_the_rest(self, own: Desk) -> None:
        mend(own)
        own.plib("run", "chain.py", "--inline", "--param", "n=7")
        result = own.plib("run", "chain.py", "--inline", "--json", "--from", "Tell")
        assert result.exit_code == 0, result.stderr
        assert states(result) == {"Start": "cached", "each": "cached", "Tell": "complete"}
        (tell,) = (node for node in run_of(result)["nodes"] if node["node"] == "Tell")
        assert tell["outputs"]["text"][0]["value"] == "7"

    def test_of_a_run_that_is_named(self, own: Desk) -> None:
        mend(own)
        first = run_of(own.plib("run", "chain.py", "--inline", "--json", "--param", "n=3"))
        own.plib("run", "chain.py", "--inline", "--param", "n=4")
        result = own.plib(
            *("run", "chain.py", "--inline", "--json"),
            *("--from", "Tell", "--base-run", first["run_id"]),
        )
        assert result.exit_code == 0, result.stderr
        assert run_of(result)["nodes"][-1]["outputs"]["text"][0]["value"] == "3"

    def test_of_the_latest_run(self, own: Desk) -> None:
        mend(own)
        own.plib("run", "chain.py", "--inline", "--param", "n=4")
        result = own.plib(
            "run", "chain.py", "--inline", "--json", "--from", "Tell", "--base-run", "latest"
        )
        assert result.exit_code == 0, result.stderr
        assert run_of(result)["nodes"][-1]["outputs"]["text"][0]["value"] == "4"

    def test_between_nodes(self, own: Desk) -> None:
        result = own.plib("run", "chain.py", "--inline", "--json", "--to", "Start")
        assert result.exit_code == 0, result.stderr
        assert states(result) == {"Start": "complete"}
        result = own.plib("run", "chain.py", "--inline", "--json", "--from", "each", "--to", "each")
        assert result.exit_code == 1
        assert set(states(result)) == {"Start", "each", "each.Double#0", "each.Double#1"}

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (
                ("--from", "Tel"),
                "from_nodes: pipeline 'chain' has no node 'Tel'. "
                "These exist: 'Start', 'Tell', 'each'. Did you mean 'Tell'?",
            ),
            (
                ("--from", "Tell"),
                "No run of pipeline 'chain' has results of all of 'Start', 'each', which the nodes "
                "to be run read. Run the whole pipeline first, or begin further up.",
            ),
            (
                ("--from", "Tell", "--to", "Start"),
                "No node of pipeline 'chain' comes after ['Tell'] and before ['Start'].",
            ),
            (
                ("--from", "Tell", "--base-run", "zzz"),
                "There is no metadata store '.plib/metadata.sqlite'. The first 'plib run' makes "
                "it; name another with --store PATH, or with PLIB_STORE.",
            ),
        ],
    )
    def test_that_cannot_be_run(self, own: Desk, given: tuple[str, ...], message: str) -> None:
        result = own.plib("run", "chain.py", "--inline", *given)
        assert result.exit_code == 2
        assert result.stderr == f"Error: {message}\n"

    def test_a_base_run_without_a_part(self, own: Desk) -> None:
        result = own.plib("run", "chain.py", "--base-run", "x")
        assert result.exit_code == 2
        assert result.stderr == f"{USAGE}Error: --base-run goes with --from or --to.\n"


class TestReports:
    def test_a_run_with_loops_is_shown(self, own: Desk) -> None:
        own.plib("run", "chain.py", "--inline")
        shown = own.plib("show", "latest").stdout
        assert "each.Double#0" in shown
        assert "NestedNodeFailed: nodes 'each.Double#0', 'each.Double#1' failed" in shown
        one = own.plib("show", "latest", "each.Double#1")
        assert one.exit_code == 0, one.stderr
        assert "ValueError: not mended" in one.stdout
        page = run_of(own.plib("show", "latest", "--json"))
        (loop,) = (node for node in page["nodes"] if node["node"] == "each")
        assert (loop["component"], loop["state"]) == ("pipeline_lib.ForEach", "failed")
        assert loop["parameters"] == {"each.item": [1, 2]}


def test_a_tag_is_kept_with_the_run(own: Desk) -> None:
    mend(own)
    result = own.plib(
        "run", "chain.py", "--inline", "--json", "--tag", "nightly", "--tag", "big data"
    )
    assert result.exit_code == 0, result.stderr
    shown = run_of(result)
    assert shown["tags"] == ["big data", "nightly"]
    own.plib("run", "chain.py", "--inline")
    tagged = run_of(own.plib("runs", "--tag", "nightly", "--json"))
    assert [run["run_id"] for run in tagged] == [shown["run_id"]]
    assert own.plib("runs", "--tag", "night").stdout == "No run has the tag 'night'.\n"
    assert "  tags: big data, nightly\n" in own.plib("show", shown["run_id"]).stdout


def test_no_pipeline_and_nothing_to_resume(own: Desk) -> None:
    result = own.plib("run")
    assert result.exit_code == 2
    assert result.stderr == f"{USAGE}Error: Missing argument 'PIPELINE'.\n"
