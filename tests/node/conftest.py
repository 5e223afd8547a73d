"""Runs pipelines inline, in a store and a root of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.runners.local.result import RunResult


class RunNodes(Protocol):
    """Runs these nodes as a pipeline; all calls of a test share a store."""

    def __call__(
        self,
        *nodes: BaseNode,
        parameters: Mapping[str, Any] | None = None,
        use_cache: bool = True,
        enable_cache: bool = True,
    ) -> RunResult:
        """The finished run."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The pipeline root."""
    return tmp_path / "root"


@pytest.fixture
def run_nodes(tmp_path: Path, root: Path) -> RunNodes:
    """Runs nodes as the pipeline `p`."""

    def run(
        *nodes: BaseNode,
        parameters: Mapping[str, Any] | None = None,
        use_cache: bool = True,
        enable_cache: bool = True,
    ) -> RunResult:
        pipeline = Pipeline(
            pipeline_name="p",
            pipeline_root=str(root),
            components=list(nodes),
            enable_cache=enable_cache,
            metadata_connection_config=sqlite_metadata_connection_config(
                str(tmp_path / "store.sqlite")
            ),
        )
        runner = LocalRunner(inline=True, progress=False)
        return runner.run(pipeline, parameters, use_cache=use_cache)

    return run


def value_of(result: RunResult, node_id: str, key: str) -> Any:
    """The value at an output of a node."""
    from pipeline_lib.artifacts.value_artifact import value_artifact_class

    (record,) = result[node_id].outputs[key]
    cls = value_artifact_class(record.type_name)
    assert cls is not None
    artifact: Any = cls.from_record(record)
    return artifact.value
