from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from pipeline_lib import ForEach, Pipeline
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.metadata.store import ErrorRecord, ExecutionRecord, ExecutionState
from pipeline_lib.node.run import prepare_run
from pipeline_lib.runners.local.earlier_times import seconds_left
from pipeline_lib.runners.local.run_tree import RunTree
from pipeline_lib.runners.local.tree_lines import fitting_rows, lines_of
from tests.runners import steps


def tree(nodes: list[BaseNode], folder: Path) -> RunTree:
    compiled = compile(Pipeline("p", str(folder), nodes))
    run = prepare_run(compiled, "r", {}, default_root="unused")
    return RunTree(run, [node.id for node in compiled.nodes])


def end(made: RunTree, instance: str, state: ExecutionState = ExecutionState.COMPLETE) -> None:
    node_id, _, iteration = instance.partition("#")
    failed = state is ExecutionState.FAILED
    made.branch(instance).execution = ExecutionRecord(
        "p",
        "r",
        node_id,
        "Step",
        state,
        iteration=iteration,
        error=ErrorRecord("ValueError", "bad\nvalue") if failed else None,
    )
    made.branch(instance).seconds = 2.0


def shown(made: RunTree, height: int = 200, **earlier: float) -> list[str]:
    return [line.plain for line in lines_of(fitting_rows(made.top, height), 10.0, earlier)]


@pytest.fixture
def chain(tmp_path: Path) -> RunTree:
    nodes: list[BaseNode] = [steps.Count().with_id(f"n{place}") for place in range(100)]
    for before, after in pairwise(nodes):
        after.add_upstream_node(before)
    return tree(nodes, tmp_path)


def test_nodes_in_a_loop_stand_below_their_iteration(tmp_path: Path) -> None:
    with ForEach([1, 2]):
        count = steps.Count().with_id("count")
    made = tree([count], tmp_path)
    assert shown(made) == ["· ForEach"]
    made.branch("ForEach").since = 1.0
    end(made, "ForEach.count#0")
    made.branch("ForEach.count#1").since = 6.0
    assert shown(made, ForEach=30.0) == [
        "⠋ ForEach       running   9 s of about 30 s",
        "  ✓ iteration 0 complete",
        "    ✓ count     complete  2.00 s",
        "  ⠋ iteration 1 running",
        "    ⠋ count     running   4 s",
    ]


def test_a_chain_is_folded_to_the_room_there_is(chain: RunTree) -> None:
    for place in range(40):
        end(chain, f"n{place}")
    chain.branch("n40").since = 9.0
    assert len(shown(chain)) == 100
    assert shown(chain, 8) == [
        "… 37 complete",
        "✓ n37 complete  2.00 s",
        "✓ n38 complete  2.00 s",
        "✓ n39 complete  2.00 s",
        "⠋ n40 running   1 s",
        "· n41",
        "· n42",
        "… 57 waiting",
    ]


def test_what_failed_is_never_folded(chain: RunTree) -> None:
    for place in range(99):
        end(chain, f"n{place}", ExecutionState.SKIPPED if place > 30 else ExecutionState.COMPLETE)
    end(chain, "n7", ExecutionState.FAILED)
    assert shown(chain, 4)[-2:] == [
        "✗ n7  failed    2.00 s     ValueError: bad ...",
        "· n99",
    ]


def test_more_at_once_than_there_is_room_for(chain: RunTree) -> None:
    for place in range(100):
        chain.branch(f"n{place}").since = 9.0
    assert len(shown(chain, 10)) == 10
    assert shown(chain, 10)[-1] == "… 91 running"


def test_at_the_end_nothing_waits_or_runs(chain: RunTree) -> None:
    end(chain, "n0")
    chain.branch("n1").since = 9.0
    chain.top.end()
    assert shown(chain) == ["✓ n0 complete  2.00 s", "! n1 canceled  1 s"]


def test_how_long_a_run_goes_on(chain: RunTree) -> None:
    earlier = {f"n{place}": 2.0 for place in range(100)}
    end(chain, "n0")
    chain.branch("n1").since = 9.0
    assert seconds_left(chain.top, earlier, places=4, now=10.0) == 1 + 98 * 2
    assert seconds_left(chain.top, {"n1": 2.0}, places=4, now=10.0) is None


def test_independent_nodes_share_the_places(tmp_path: Path) -> None:
    made = tree([steps.Count().with_id(f"n{place}") for place in range(6)], tmp_path)
    earlier = {f"n{place}": 2.0 for place in range(6)}
    assert seconds_left(made.top, earlier, places=3, now=10.0) == 4
    assert seconds_left(made.top, earlier, places=9, now=10.0) == 2
