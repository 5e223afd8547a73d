"""A model server that is a process of this machine: ours, or TensorFlow Serving's binary."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.failures import ServerEndedError
from pipeline_lib.serving.model_servers.guardian import Report
from pipeline_lib.serving.model_servers.memory import available_memory
from pipeline_lib.serving.model_servers.model_server import DEFAULT_TAGS, Endpoints, ServedModel
from pipeline_lib.serving.model_servers.ports import HOST, free_ports
from pipeline_lib.serving.model_servers.sandbox import SandboxedProcess

_MIB = 1024 * 1024


class LocalProcess:
    """A sandboxed process that takes TensorFlow Serving's flags; implements `ModelServer`.

    Args:
        description: what it is, for messages.
        program: the command without flags.
        model: what it serves.
        memory_limit: bytes that it may hold in memory; all that is free now where it is `None`.
    """

    def __init__(
        self,
        description: str,
        program: Sequence[str],
        model: ServedModel,
        memory_limit: int | None = None,
    ) -> None:
        self._description = description
        self._program = tuple(program)
        self._model = model
        self._memory_limit = available_memory() if memory_limit is None else memory_limit
        self._process: SandboxedProcess | None = None

    @property
    def description(self) -> str:
        """What it is."""
        return self._description

    def start(self, deadline: float) -> Endpoints:
        """Start the process; see `ModelServer`."""
        grpc_port, rest_port = free_ports(2)
        command = [*self._program, *flags(self._model, grpc_port, rest_port)]
        try:
            self._process = SandboxedProcess(command, self._memory_limit)
        except OSError as error:
            raise DataError(f"{self._description} cannot be started: {error}.") from error
        return Endpoints(f"{HOST}:{grpc_port}", f"http://{HOST}:{rest_port}")

    def ending(self) -> ServerEndedError | None:
        """How it has ended by itself, if it has.

        Raises:
            DataError: the program could not be started.
        """
        report = self._process.report() if self._process else None
        if report is None:
            return None
        if report.error:
            raise DataError(f"{self._description} cannot be started: {report.error}.")
        return ServerEndedError(self._reason(report), self.log(), may_pass=not report.over_memory)

    def log(self) -> str:
        """The end of what it has printed."""
        return self._process.log() if self._process else ""

    def stop(self) -> None:
        """End it and all that it has started."""
        if self._process:
            self._process.stop()

    def _reason(self, report: Report) -> str:
        if report.over_memory:
            limit = self._memory_limit / _MIB
            return f"{self._description} was killed: it used more than {limit:.0f} MiB of memory"
        return f"{self._description} ended by itself with {exit_text(report.exit_code)}"


def flags(model: ServedModel, grpc_port: int, rest_port: int) -> list[str]:
    """TensorFlow Serving's flags for one model, which is not waited for longer than need be."""
    return [
        f"--port={grpc_port}",
        f"--rest_api_port={rest_port}",
        f"--model_name={model.name}",
        f"--model_base_path={model.base_path}",
        *load_flags(model),
    ]


def load_flags(model: ServedModel) -> list[str]:
    """How the model is loaded; one that cannot be is known to be so at once."""
    flags = ["--max_num_load_retries=0", "--file_system_poll_wait_seconds=1"]
    if model.tags != DEFAULT_TAGS:
        flags.append(f"--saved_model_tags={','.join(model.tags)}")
    return flags


def exit_text(exit_code: int | None) -> str:
    """`exit code 1`, or `signal 6 (SIGABRT)`."""
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"signal {-exit_code} ({signal.Signals(-exit_code).name})"
    except ValueError:
        return f"signal {-exit_code}"
