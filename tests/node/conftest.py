"""Runs pipelines inline, in a store and a root of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.runners.local.result import RunResult


class RunNodes(Protocol):
    """Runs these nodes as the pipeline `p`; all runs of a test share store and root."""

    def __call__(
        self,
        *nodes: BaseNode,
        parameters: Mapping[str, Any] | None = None,
        use_cache: bool = True,
        enable_cache: bool = True,
    ) -> RunResult:
        """The finished run."""


class ValueOf(Protocol):
    """Reads the plain value that a node wrote."""

    def __call__(self, result: RunResult, node_id: str, key: str) -> Any:
        """The value at that output."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The pipeline root."""
    return tmp_path / "root"


@pytest.fixture
def run_nodes(tmp_path: Path, root: Path) -> RunNodes:
    """A callable that runs nodes."""

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


@pytest.fixture
def value_of() -> ValueOf:
    """A callable that reads a plain value."""

    def read(result: RunResult, node_id: str, key: str) -> Any:
        (record,) = result[node_id].outputs[key]
        cls = value_artifact_class(record.type_name)
        assert cls is not None
        artifact: Any = cls.from_record(record)
        return artifact.value

    return read
