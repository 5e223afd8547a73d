"""The penguin pipeline, compiled for Kubeflow and run container by container on this machine.

Its containers have the environment of this Python by mounts, in place of an image of gigabytes.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner
from pipeline_lib.compiler.compile import compile
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import open_store
from pipelines.penguin.pipeline import create_pipeline
from tests.contracts.normalised_store import difference, run_in_words
from tests.docker_engine import DockerEngine
from tests.runners.kubeflow.local.kfp_bench import (
    LATEST_KFP,
    KfpBench,
    environment_of_this_python,
)


@pytest.mark.timeout(1200)
@pytest.mark.skipif(not LATEST_KFP.exists(), reason="`make test-kfp` makes .venv-kfp")
def test_its_records_are_those_of_the_local_runner(
    docker_engine: DockerEngine, base_image: str, tmp_path: Path
) -> None:
    expected_in, found_in = tmp_path / "local", tmp_path / "kubeflow"
    expected = _run_locally(expected_in)
    found_in.mkdir()
    mounts, environment = environment_of_this_python()
    store = found_in / "store.sqlite"
    bench = KfpBench(
        docker_engine, LATEST_KFP, base_image, str(store), found_in, mounts, environment
    )
    pipeline = create_pipeline(str(found_in / "root"), serving_dir=str(found_in / "serving"))
    printed = bench.run(compile(pipeline), {})
    config = SqliteConnection(str(store))
    with closing(open_store(config)) as opened:
        (run,) = opened.runs()
    (found,) = run_in_words(config, [run.run_id], found_in, without_content=True)
    assert difference(found, expected) == "", printed
    (pushed,) = (found_in / "serving").iterdir()
    assert (pushed / "saved_model.pb").exists()


def _run_locally(folder: Path) -> list[str]:
    config = SqliteConnection(str(folder / "store.sqlite"))
    pipeline = create_pipeline(str(folder / "root"), config, serving_dir=str(folder / "serving"))
    LocalRunner(2, progress=False).run(pipeline, run_id="local-run")
    (words,) = run_in_words(config, ["local-run"], folder, without_content=True)
    return words
