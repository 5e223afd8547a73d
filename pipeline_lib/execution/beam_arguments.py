"""`beam_pipeline_args` as a Beam pipeline; what is wrong is said before data is read."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions, StandardOptions

from pipeline_lib.errors import DataError, PipelineLibError, did_you_mean

_RUNNERS = (
    *("DataflowRunner", "DirectRunner", "FlinkRunner"),
    *("PortableRunner", "PrismRunner", "SparkRunner"),
)
"""Those of Beam's runners that people use; it takes more names."""

_ASKING_A_JOB_SERVICE = ("portable", "flink", "spark")
_ENVIRONMENTS = ("DOCKER", "EXTERNAL", "LOOPBACK", "PROCESS")
_TIME_TO_CONNECT = 10.0
"""Seconds. Beam itself tries for five minutes, and then says nothing."""


def beam_pipeline(arguments: Sequence[str]) -> beam.Pipeline:
    """An empty Beam pipeline with these arguments.

    Raises:
        DataError: Beam does not take the arguments.
        PipelineLibError: the job service that they name cannot be reached.
    """
    options = _options(arguments)
    standard = options.view_as(StandardOptions)
    _check_runner(standard.runner)
    if standard.runner in (None, "DirectRunner"):
        # Beam's DirectRunner first tries to download another runner; this is what it falls
        # back to, and it takes the same --direct_* options.
        standard.runner = "FnApiRunner"
    _check_portable(options.view_as(PortableOptions), standard.runner)
    try:
        return beam.Pipeline(options=options)
    except (ValueError, ImportError, AttributeError) as error:
        raise DataError(_refusal(str(error))) from error


def _options(arguments: Sequence[str]) -> PipelineOptions:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            options = PipelineOptions(list(arguments))
            options.get_all_options()  # each is parsed, not only those that are looked at
    except SystemExit as error:  # by which argparse says that it takes no such value
        raise DataError(_refusal(said.getvalue().rpartition("error: ")[2])) from error
    return options


def _refusal(reason: str) -> str:
    return f"Beam does not take these beam_pipeline_args: {' '.join(reason.split())}"


def _check_runner(runner: str | None) -> None:
    if runner is None or "." in runner:
        return  # the class of a runner by its full name
    known = {name.lower() for name in StandardOptions.KNOWN_RUNNER_NAMES}
    if not known & {runner.lower(), f"{runner.lower()}runner"}:
        raise DataError(
            f"beam_pipeline_args name a runner that Beam does not have: --runner={runner}."
            f"{did_you_mean(runner, _RUNNERS)}"
        )


def _check_portable(options: PortableOptions, runner: str) -> None:
    kind = options.environment_type
    if kind and kind not in _ENVIRONMENTS and not kind.startswith("beam:env:"):
        raise DataError(
            "beam_pipeline_args name an environment that Beam does not have: "
            f"--environment_type={kind}.{did_you_mean(kind, _ENVIRONMENTS)}"
        )
    short_name = runner.lower().removesuffix("runner")
    if short_name not in _ASKING_A_JOB_SERVICE:
        return
    if options.job_endpoint:
        _check_reachable(options.job_endpoint)
    elif short_name == "portable":
        raise DataError(
            f"beam_pipeline_args say --runner={runner} and not which job service it is to ask. "
            "Add --job_endpoint=HOST:PORT."
        )


def _check_reachable(endpoint: str) -> None:
    if endpoint == "embed" or "/" in endpoint:
        return  # in this process, or a name that only gRPC resolves
    host, _, port = endpoint.rpartition(":")
    if not host or not port.isdecimal():
        raise DataError(f"--job_endpoint in beam_pipeline_args takes HOST:PORT, got {endpoint!r}.")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _TIME_TO_CONNECT).close()
    except OSError as error:
        raise PipelineLibError(
            f"Beam's job service at {endpoint!r} cannot be reached: {error.strerror or error}. "
            "Start it, or mend --job_endpoint in beam_pipeline_args."
        ) from error
