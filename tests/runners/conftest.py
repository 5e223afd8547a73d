"""Runs pipelines with workers, and scripts in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, open_store
from pipeline_lib.runners.local.result import RunResult

REPOSITORY = Path(__file__).parents[2]


class RunNodes(Protocol):
    """Runs these nodes as the pipeline `p`, with run id `r`."""

    def __call__(self, *nodes: BaseNode, parallelism: int = 1, **settings: Any) -> RunResult:
        """The finished run."""


@pytest.fixture
def config(tmp_path: Path) -> SqliteConnection:
    """Where the store of the test is."""
    return SqliteConnection(str(tmp_path / "store.sqlite"))


@pytest.fixture
def run_nodes(tmp_path: Path, config: SqliteConnection) -> RunNodes:
    """A callable that runs nodes on one worker."""

    def run(*nodes: BaseNode, parallelism: int = 1, **settings: Any) -> RunResult:
        pipeline = Pipeline("p", str(tmp_path / "root"), list(nodes))
        runner = LocalRunner(parallelism, progress=False)
        return runner.run(pipeline, run_id="r", metadata_connection_config=config, **settings)

    return run


@pytest.fixture
def opened(config: SqliteConnection) -> Iterator[Callable[[], MetadataStore]]:
    """Opens the store when it is called, so after the run."""
    stores: list[MetadataStore] = []

    def open_it() -> MetadataStore:
        stores.append(open_store(config))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture
def in_store(config: SqliteConnection) -> Callable[[str], ExecutionRecord]:
    """The execution of a node in run `r`, read from the store."""

    def read(node_id: str) -> ExecutionRecord:
        with closing(open_store(config)) as store:
            found = store.execution("r", node_id)
        assert found is not None
        return found

    return read


def output(result: RunResult, node_id: str, key: str) -> str:
    """The text of a value that a node wrote."""
    return Path(result[node_id].outputs[key][0].uri).read_text()


class StartScript(Protocol):
    """Writes `script.py` into a folder, by default the test's, and starts Python."""

    def __call__(self, source: str, *arguments: str, folder: Path | None = None) -> Any:
        """The process, with its output in pipes; its working directory is the test's."""


@pytest.fixture
def start_script(tmp_path: Path) -> Iterator[StartScript]:
    """A callable that starts a script; what is still running afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: str, folder: Path | None = None) -> Any:
        written = folder or tmp_path
        written.mkdir(exist_ok=True)
        (written / "script.py").write_text(textwrap.dedent(source))
        process = subprocess.Popen(
            [sys.executable, *(arguments or ("script.py",))],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
