"""A pipeline is compiled, uploaded, started, run by its own steps, and watched to its end.

The cluster is a stand-in in two parts: one for the API, and one that interprets the document which
was uploaded, and starts each container's command line as a process of its own on this machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline_lib.errors import PipelineRunError
from pipeline_lib.kubernetes import KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, RunState
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner
from tests.fresh_process import REPOSITORY
from tests.runners.kubeflow.client.small_pipeline import small_pipeline
from tests.runners.kubeflow.local.spec_interpreter import Container, SpecInterpreter, TaskState

if TYPE_CHECKING:
    from tests.runners.kubeflow.client.kfp_api_stub import KfpApiStub


class Cluster:
    """Runs what was uploaded, as soon as somebody looks at the run."""

    def __init__(self, stub: KfpApiStub, folder: Path) -> None:
        self._stub = stub
        self._folder = folder
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        run = self._stub.runs[self._stub.last_run]
        (version,) = self._stub.versions.values()
        spec = version.pipeline_spec["pipeline_spec"]
        files = self._folder / "kubeflow"
        interpreter = SpecInterpreter(spec, run.run_id, files, self._container)
        state = interpreter.run(run.runtime_config.parameters)
        word = "SUCCEEDED" if state is TaskState.SUCCEEDED else "FAILED"
        self._stub.set_state(run.run_id, word)

    def _container(self, container: Container) -> int:
        environment = {
            **os.environ,
            **container.environment,
            "PYTHONPATH": str(REPOSITORY),
            "PIPELINE_LIB_STORE": str(self._folder / "store.sqlite"),
        }
        command = [sys.executable, *container.command[1:]]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


@contextmanager
def cluster_of(stub: KfpApiStub, folder: Path) -> Iterator[KubeflowRunner]:
    """A runner whose cluster runs on this machine; the folder is what its Pods have mounted."""
    cluster = Cluster(stub, folder)
    stub.as_it_is_watched(cluster.thread.start)
    yield KubeflowRunner(
        "registry.example/small:1",
        host=stub.host,
        store_secret=("plib", "url"),
        metadata_connection_config=SqliteConnection(str(folder / "store.sqlite")),
        kubernetes=KubernetesOptions(volumes=(PersistentVolumeClaim("files", str(folder)),)),
        interval=0.05,
    )
    cluster.thread.join()


def test_a_run_is_told_as_it_goes_on(
    kfp_stub: KfpApiStub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with cluster_of(kfp_stub, tmp_path) as runner:
        result = runner.run(small_pipeline(str(tmp_path / "root")), {"rows": 3})
    assert result.run.state is RunState.COMPLETE
    assert result.run.parameters == {"rows": 3}
    assert {name: one.state for name, one in result.executions.items()} == {
        "Load": ExecutionState.COMPLETE,
        "Divide": ExecutionState.COMPLETE,
    }
    uri = result["Divide"].outputs["result"][0].uri
    assert Path(uri).read_text() == "4.0"
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines[1:-1]] == ["✓ Load", "✓ Divide complete"]


def test_a_failure_is_told_with_the_authors_line(
    kfp_stub: KfpApiStub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with cluster_of(kfp_stub, tmp_path) as runner, pytest.raises(PipelineRunError) as caught:
        runner.run(small_pipeline(str(tmp_path / "root")), {"rows": 0})
    told = str(caught.value).splitlines()
    assert told[0].endswith("of pipeline 'small' failed: 1 of 2 nodes failed, 0 skipped.")
    assert told[1] == "  Divide: ZeroDivisionError: division by zero"
    assert "small_pipeline.py" in told[2]
    assert "Divide tried again" in capsys.readouterr().err  # it has a retry
