from __future__ import annotations

from pathlib import Path

from pipeline_lib import LocalRunner, Pipeline, kubernetes
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState
from tests.runners import steps


def state_with(tmp_path: Path, config: SqliteConnection, shared_memory: str) -> ExecutionState:
    """State of a node that wants so much shared memory on a cluster."""
    node = steps.Count().with_kubernetes(
        volumes=[kubernetes.PersistentVolumeClaim("no-such-claim", "/no/such/place")],
        node_selector={"pool": "gpu"},
        shared_memory=shared_memory,
    )
    pipeline = Pipeline("p", str(tmp_path / "root"), [node], enable_cache=True)
    result = LocalRunner(progress=False).run(pipeline, metadata_connection_config=config)
    return result.executions["Count"].state


def test_a_machine_without_a_cluster_passes_them_over_and_they_are_no_part_of_the_cache_key(
    tmp_path: Path, config: SqliteConnection
) -> None:
    assert state_with(tmp_path, config, "1Gi") is ExecutionState.COMPLETE
    assert state_with(tmp_path, config, "2Gi") is ExecutionState.CACHED
