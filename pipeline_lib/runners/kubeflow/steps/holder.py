"""The steps before and after the nodes that a node holds: a sub-pipeline's or a loop's."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.nesting import Nested, nested_again
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.kubeflow.steps.levels import Place, is_open
from pipeline_lib.runners.kubeflow.steps.node import launch_at
from pipeline_lib.runners.kubeflow.steps.settling import Settling

POSITIONS = "positions"
RUNS = "runs"
"""Output parameters of the step that opens a node: the positions of its loop, and whether what it
holds is run at all."""


@dataclass(frozen=True)
class Opened:
    """How a node was opened.

    Attributes:
        count: how often what it holds is run.
    """

    execution: ExecutionRecord | None
    count: int = 0

    @property
    def told(self) -> dict[str, str]:
        """What the cluster is told."""
        return {
            POSITIONS: json.dumps(list(range(self.count))),
            RUNS: "true" if self.count else "false",
        }


def open_holder(place: Place, begun: BegunRun, store: MetadataStore) -> Opened:
    """Record that a node runs, and find out how often what it holds is run."""
    assert place.run is not None, "what does not run is not opened"
    latest = store.execution(place.run.run_id, place.run.instance(place.node.id))
    if latest is not None and latest.state is ExecutionState.RUNNING:
        # An earlier attempt of this step has opened it.
        nested = nested_again(place.node, place.run, latest, store)
        return Opened(latest, len(nested.runs))
    match launch_at(place, begun, store):
        case Nested() as nested:
            return Opened(nested.execution, len(nested.runs))
        case ended:
            return Opened(ended)


def close_holder(place: Place, begun: BegunRun, store: MetadataStore) -> ExecutionRecord | None:
    """Record how a node ended, and what became of those of its nodes that never started.

    Returns:
        Its final record; `None` where it was never opened.
    """
    assert place.run is not None, "what does not run is not closed"
    latest = store.execution(place.run.run_id, place.run.instance(place.node.id))
    if latest is None or latest.state is ExecutionState.COMPLETE or not is_open(latest):
        return latest
    return Settling(begun, store).close(place.node, place.run, latest)
