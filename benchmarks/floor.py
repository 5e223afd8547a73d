"""What the store itself costs per node: no library can record a node for less.

    python -m benchmarks.floor COUNT DIRECTORY

A node is recorded in two transactions, one when it starts and one when it ends, with an input, an
output and three contexts. The last line of output is the seconds for COUNT nodes, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2 as mlmd


def record_chain(count: int, directory: Path) -> float:
    """Seconds to record `count` nodes, each of which reads the one before, in a new SQLite file."""
    directory.mkdir(parents=True)
    config = mlmd.ConnectionConfig()
    config.sqlite.filename_uri = str(directory / "metadata.sqlite")
    config.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    store = metadata_store.MetadataStore(config)
    recorder = _Recorder(store)
    start = time.perf_counter()
    artifact_id = None
    for index in range(count):
        artifact_id = recorder.record(index, artifact_id)
    return time.perf_counter() - start


class _Recorder:
    def __init__(self, store: Any) -> None:
        self._store = store
        self._execution_type = store.put_execution_type(mlmd.ExecutionType(name="Step"))
        self._artifact_type = store.put_artifact_type(mlmd.ArtifactType(name="Data"))
        self._node_type = store.put_context_type(mlmd.ContextType(name="node"))
        shared = [
            mlmd.Context(type_id=store.put_context_type(mlmd.ContextType(name=kind)), name=kind)
            for kind in ("pipeline", "pipeline_run")
        ]
        for context, context_id in zip(shared, store.put_contexts(shared), strict=True):
            context.id = context_id
        self._shared = shared

    def record(self, index: int, input_id: int | None) -> int:
        """Two transactions; the id of the output."""
        execution = mlmd.Execution(
            type_id=self._execution_type, last_known_state=mlmd.Execution.RUNNING
        )
        node = mlmd.Context(type_id=self._node_type, name=f"pipeline.node_{index}")
        inputs = [] if input_id is None else [self._input(input_id)]
        execution.id, _, context_ids = self._put(execution, inputs, node)
        node.id = context_ids[-1]
        execution.last_known_state = mlmd.Execution.COMPLETE
        _, artifact_ids, _ = self._put(execution, [self._output(index)], node)
        return int(artifact_ids[-1])

    def _put(self, execution: Any, artifacts: list[tuple[Any, Any]], node: Any) -> Any:
        # Without force_reuse_context each known context would be read and compared as well.
        return self._store.put_execution(
            execution,
            artifacts,
            [*self._shared, node],
            reuse_context_if_already_exist=True,
            force_reuse_context=True,
        )

    def _input(self, artifact_id: int) -> tuple[Any, Any]:
        artifact = mlmd.Artifact(id=artifact_id, type_id=self._artifact_type, uri="data")
        return artifact, mlmd.Event(type=mlmd.Event.INPUT, path=_path("previous"))

    def _output(self, index: int) -> tuple[Any, Any]:
        artifact = mlmd.Artifact(
            type_id=self._artifact_type, uri=f"data/{index}", state=mlmd.Artifact.LIVE
        )
        return artifact, mlmd.Event(type=mlmd.Event.OUTPUT, path=_path("data"))


def _path(key: str) -> Any:
    steps = [mlmd.Event.Path.Step(key=key), mlmd.Event.Path.Step(index=0)]
    return mlmd.Event.Path(steps=steps)


if __name__ == "__main__":
    print(json.dumps({"run": record_chain(int(sys.argv[1]), Path(sys.argv[2]))}))
