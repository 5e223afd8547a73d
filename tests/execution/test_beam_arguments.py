"""Wrong `beam_pipeline_args` are refused before Beam does anything."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import pytest

from pipeline_lib import BeamExecutor, ExecutorContext
from pipeline_lib.errors import DataError, PipelineLibError
from tests.whole_message import raises

RUNNERS = (
    "These exist: 'DataflowRunner', 'DirectRunner', 'FlinkRunner', 'PortableRunner', "
    "'PrismRunner', 'SparkRunner'."
)


class Executor(BeamExecutor):
    """Makes a Beam pipeline."""

    def Do(self, *_: Any) -> None:
        self._make_beam_pipeline()


def make_pipeline(*arguments: str) -> None:
    Executor(ExecutorContext(beam_pipeline_args=arguments)).Do()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--runner=FlinkRuner"],
            "beam_pipeline_args name a runner that Beam does not have: --runner=FlinkRuner. "
            f"{RUNNERS} Did you mean 'FlinkRunner'?",
        ),
        (
            ["--runner=no_such_package.Runner"],
            "Beam does not take these beam_pipeline_args: No module named 'no_such_package'",
        ),
        (
            ["--runner=PortableRunner"],
            "beam_pipeline_args say --runner=PortableRunner and not which job service it is to "
            "ask. Add --job_endpoint=HOST:PORT.",
        ),
        (
            ["--runner=PortableRunner", "--job_endpoint=localhost"],
            "--job_endpoint in beam_pipeline_args takes HOST:PORT, got 'localhost'.",
        ),
        (
            ["--environment_type=DOKER"],
            "beam_pipeline_args name an environment that Beam does not have: "
            "--environment_type=DOKER. These exist: 'DOCKER', 'EXTERNAL', 'LOOPBACK', 'PROCESS'. "
            "Did you mean 'DOCKER'?",
        ),
        (
            ["--environment_type=EXTERNAL"],
            "Beam does not take these beam_pipeline_args: Pipeline has validations errors: Option "
            "external_service_address is required for environment type EXTERNAL.",
        ),
        (
            ["--job_server_timeout=soon"],
            "Beam does not take these beam_pipeline_args: argument "
            "--job_server_timeout/--job-server-timeout: invalid int value: 'soon'",
        ),
    ],
)
def test_wrong_arguments_are_refused(arguments: Sequence[str], message: str) -> None:
    with raises(DataError, message):
        make_pipeline(*arguments)


@pytest.mark.parametrize("runner", ["PortableRunner", "flink", "SparkRunner"])
def test_a_job_service_that_is_not_there_is_named_at_once(runner: str) -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("localhost", 0))
        endpoint = f"localhost:{taken.getsockname()[1]}"
        with raises(
            PipelineLibError,
            f"Beam's job service at {endpoint!r} cannot be reached: Connection refused. "
            "Start it, or mend --job_endpoint in beam_pipeline_args.",
        ):
            make_pipeline(f"--runner={runner}", f"--job_endpoint={endpoint}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--runner=direct"],
        ["--runner=PortableRunner", "--job_endpoint=embed"],
        ["--job_endpoint=localhost:1", "--runner=PortableRunner", "--runner=DirectRunner"],
        ["--runner=apache_beam.runners.direct.DirectRunner"],
        ["--runner=FlinkRunner", "--flink_master=flink:8081", "--parallelism=2"],
    ],
)
def test_arguments_that_beam_takes(arguments: Sequence[str]) -> None:
    make_pipeline(*arguments)
