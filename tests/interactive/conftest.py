from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fresh_process import REPOSITORY
from tests.interactive.notebook import Notebook


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    notebook = Notebook(tmp_path_factory.mktemp("notebook"), REPOSITORY)
    notebook.run(IMPORTS)
    yield notebook
    notebook.close()


@pytest.fixture
def notebook(kernel: Notebook) -> Notebook:
    """The kernel with a new context in a store of its own."""
    kernel.run("context = new_context()")
    return kernel


IMPORTS = """
    import sys
    import tempfile
    import warnings
    from pathlib import Path

    from pipeline_lib import (
        Artifact, BaseComponent, BaseExecutor, Channel, ChannelParameter, ComponentSpec, Cond,
        ExecutionParameter, ExecutorClassSpec, ForEach, InputArtifact, InteractiveContext,
        OutputArtifact, OutputDict, Parameter, Pipeline, Property, PropertyType, RuntimeParameter,
        component, sqlite_metadata_connection_config,
    )
    from pipeline_lib.artifacts.standard_artifacts import Examples, Integer

    def new_context():
        folder = tempfile.mkdtemp(dir=".")
        config = sqlite_metadata_connection_config(f"{folder}/store.sqlite")
        return InteractiveContext(
            pipeline_root=folder, metadata_connection_config=config, progress=False)

    def value(node, key):
        return node.outputs[key].get()[0].value
    """
