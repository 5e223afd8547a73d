"""Standard components submit their work to a job service, as Flink's and Spark's are asked.

It is Beam's own, in a process apart; its workers are this process, or processes of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv

from components.csv_example_gen.component import CsvExampleGen
from components.statistics_gen.executor import Executor
from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
from pipeline_lib.artifacts.standard_artifacts import Examples, ExampleStatistics
from tests.penguins import Execute

WORKERS_APART = (
    "--environment_type=beam:env:harness_subprocess_python:v1",
    f"--environment_config={sys.executable} -m apache_beam.runners.worker.sdk_worker_main",
)
"""A process for each worker, which the job service starts."""


@dataclass
class JobService:
    """The service's address, and what it says of each job that it takes."""

    port: int
    jobs: SimpleQueue[str] = field(default_factory=SimpleQueue)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What a pipeline says to have its work done there."""
        return ("--runner=PortableRunner", f"--job_endpoint=localhost:{self.port}")

    def listen(self, lines: Iterable[str]) -> None:
        """Note what it says, until it ends."""
        for line in lines:
            if "Running job" in line:
                self.jobs.put(line)


@pytest.fixture(scope="module")
def job_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobService]:
    folder = tmp_path_factory.mktemp("job_service")
    module = "apache_beam.runners.portability.local_job_service_main"
    with subprocess.Popen(
        [sys.executable, "-m", module, f"--staging_dir={folder}"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            heard = iter(process.stderr)
            ready = next(line for line in heard if "Listening for beam jobs on port" in line)
            service = JobService(int(ready.rstrip(".\n").rpartition(" ")[2]))
            threading.Thread(target=service.listen, args=(heard,), daemon=True).start()
            yield service
        finally:
            process.terminate()


def test_a_pipeline_s_arguments_send_its_work_to_the_service(
    job_service: JobService, penguins_csv: str, penguin_examples: Examples, tmp_path: Path
) -> None:
    pipeline = Pipeline(
        pipeline_name="portable",
        pipeline_root=str(tmp_path / "root"),
        components=[CsvExampleGen(input_base=penguins_csv)],
        beam_pipeline_args=[*job_service.arguments, "--environment_type=LOOPBACK"],
        metadata_connection_config=sqlite_metadata_connection_config(str(tmp_path / "store")),
    )
    result = LocalRunner(inline=True, progress=False).run(pipeline)
    (made,) = result["CsvExampleGen"].outputs["examples"]
    for split in ("train", "eval"):
        assert records(f"{made.uri}/Split-{split}") == records(penguin_examples.path(split=split))
    for _ in ("the columns are learned", "the rows are written"):
        job_service.jobs.get(timeout=30)


def test_workers_in_other_processes_unpickle_the_work(
    job_service: JobService,
    execute: Execute,
    penguin_examples: Examples,
    penguin_statistics: ExampleStatistics,
) -> None:
    made = execute(
        Executor,
        {"examples": penguin_examples, "schema": []},
        {"statistics": ExampleStatistics},
        {},
        beam_pipeline_args=[*job_service.arguments, *WORKERS_APART],
    )["statistics"]
    job_service.jobs.get(timeout=30)
    for split in ("train", "eval"):
        here, there = (
            tfdv.load_stats_binary(os.path.join(one.path(split=split), "FeatureStats.pb"))
            for one in (penguin_statistics, made)
        )
        assert here == there


def records(folder: str) -> list[bytes]:
    """The records in the files of a folder, in no order that a runner would keep."""
    paths = sorted(str(path) for path in Path(folder).iterdir())
    return sorted(one.numpy() for one in tf.data.TFRecordDataset(paths, "GZIP"))
