"""A store that a small pipeline has written, and ML Metadata's own view of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_metadata
import pytest
from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib import (
    Channel,
    Cond,
    LatestArtifactStrategy,
    LocalRunner,
    Pipeline,
    Resolver,
    sqlite_metadata_connection_config,
)
from pipeline_lib.artifacts.standard_artifacts import Model
from pipeline_lib.errors import PipelineRunError
from tests.runners import steps


def _pipeline(folder: Path) -> Pipeline:
    train = steps.Train(blessed=1)
    with Cond(train.outputs["blessing"].future()[0].custom_property("blessed") == 2):
        never = steps.Count().with_id("never")
    latest = Resolver(LatestArtifactStrategy, model=Channel(type=Model)).with_id("latest")
    nodes = [
        train,
        never,
        steps.WriteReport(),
        latest.add_upstream_node(train),
        steps.Push(model=latest.outputs["model"]),
        steps.Fail(kind="value"),
    ]
    return Pipeline(
        "penguin",
        str(folder / "root"),
        nodes,
        enable_cache=True,
        metadata_connection_config=sqlite_metadata_connection_config(str(folder / "m.sqlite")),
    )


@pytest.fixture(scope="session")
def written_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two runs, `run-1` and `run-2`, have left their store and outputs."""
    folder = tmp_path_factory.mktemp("written")
    for run_id in ("run-1", "run-2"):
        with pytest.raises(PipelineRunError):
            LocalRunner(inline=True, progress=False).run(_pipeline(folder), run_id=run_id)
    return folder


@pytest.fixture(scope="session")
def raw_store(written_folder: Path) -> Any:
    """The store through ML Metadata's own interface."""
    source = mlmd.SqliteMetadataSourceConfig(filename_uri=str(written_folder / "m.sqlite"))
    return ml_metadata.MetadataStore(mlmd.ConnectionConfig(sqlite=source))
