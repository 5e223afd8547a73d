"""How long nodes took in earlier runs, and what that says of how long a run will go on."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from graphlib import TopologicalSorter

from pipeline_lib.errors import PipelineLibError
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.run_tree import Branch

_WAIT = 1.0
"""Seconds after which a run is worth an estimate: most are over before."""

_MOST_RUNS = 5


class EarlierTimes:
    """Looks the times up, once, in a thread of its own, when a run has gone on for a while.

    Args:
        store: holds the earlier runs.
        wait: seconds to wait first.

    Attributes:
        seconds: how long each node took when it was executed last, by its name in the run; empty
            until they are known.
    """

    def __init__(self, store: MetadataStore, wait: float = _WAIT) -> None:
        self.seconds: dict[str, float] = {}
        self._store = store
        self._wait = wait
        self._timer: threading.Timer | None = None
        self._is_over = False

    def look_up_soon(self, run: Run, awaited: Collection[str]) -> None:
        """Look them up for the nodes `awaited` of a run, in a while."""
        self._timer = threading.Timer(self._wait, self._look_up, (run, frozenset(awaited)))
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Stop, and be done with the store."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _look_up(self, run: Run, awaited: frozenset[str]) -> None:
        found: dict[str, float] = {}
        try:
            for run_id in self._earlier_runs(run)[:_MOST_RUNS]:
                if self._is_over or awaited <= found.keys():
                    break
                found = {**self._store.seconds(run_id), **found}
        except PipelineLibError:  # a store that is in trouble fails the run itself, not its display
            return
        self.seconds = found

    def _earlier_runs(self, run: Run) -> list[str]:
        name = run.pipeline.name
        runs = self._store.runs()
        return [
            one.run_id for one in runs if one.pipeline_name == name and one.run_id != run.run_id
        ]


def seconds_left(
    top: Branch, earlier: Mapping[str, float], places: int, now: float
) -> float | None:
    """How long a run will go on, if its nodes take as long as before; `None` where one never ran.

    That is its longest chain of nodes, or all its work by the number of `places` for nodes.
    """
    left: dict[str, float] = {}
    for node_id, branch in top.inner.items():
        if branch.execution is not None:
            continue
        if node_id not in earlier:
            return None
        elapsed = now - branch.since if branch.since else 0.0
        left[node_id] = max(0.0, earlier[node_id] - elapsed)
    assert top.nodes is not None, "the top of a tree holds the pipeline's nodes"
    chains: dict[str, float] = {}
    for node_id in _in_order(top.nodes):
        before = (chains[one] for one in top.nodes.dependencies[node_id])
        chains[node_id] = max(before, default=0.0) + left.get(node_id, 0.0)
    return max(max(chains.values(), default=0.0), sum(left.values()) / places)


def _in_order(nodes: NodeSet) -> Sequence[str]:
    return list(TopologicalSorter(nodes.dependencies).static_order())
