"""Containers that run to their end: created, started, followed, waited for and removed."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from pipeline_lib.containers.container import Container
from pipeline_lib.containers.engine import as_engine_errors, explanation
from pipeline_lib.containers.failures import (
    CommandNotFoundError,
    ContainerCanceledError,
    ContainerError,
    ContainerTimeoutError,
    EngineError,
    ExitCodeError,
    ImageNotFoundError,
    OutOfMemoryError,
)

_LOG = logging.getLogger(__name__)

_TIME_FOR_OUTPUT_S = 10.0
"""Between the end of a container and that of its output."""

_LONGEST_LINE = 300
_NO_SUCH_PROGRAM = re.compile(
    r"executable file not found|no such file or directory|permission denied|is a directory"
)

Write = Callable[[bytes], object]


class RunningContainers:
    """Runs containers to their end, at will several at once.

    Args:
        client: of docker-py.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._running: dict[str, Any] = {}
        self._is_canceled = False

    def run(self, wanted: Container, write: Write, timeout: float = 0.0) -> None:
        """Run a container until its command has ended well, and remove it whatever happens.

        Args:
            wanted: the container.
            write: takes what it prints while it runs, in a thread of its own.
            timeout: seconds that it may run; 0 for any time.

        Raises:
            ContainerError: it has not ended well; the class says how.
            KeyboardInterrupt: the user interrupted.
        """
        with as_engine_errors(f"A container of {wanted.image} cannot be run"):
            container = self._created(wanted)
            output = None
            try:
                # Before it starts: who looks later may miss the last words of one that is quick.
                output = _Output(self._client, container, write)
                _start(container, wanted)
                code = self._wait(container, wanted, timeout)
                output.finish()
                if code != 0:
                    raise self._failure(container, wanted, code, output.last_line)
            finally:
                self._remove(container)
                if output is not None:
                    output.close()

    def cancel(self) -> None:
        """Let every container that runs end now, and start none."""
        with self._lock:
            self._is_canceled = True
            running = list(self._running.values())
        for container in running:
            with contextlib.suppress(Exception):  # it has ended by itself
                container.kill()

    def _created(self, wanted: Container) -> Any:
        import docker

        try:
            container = self._client.containers.create(**wanted.arguments())
        except docker.errors.ImageNotFound as error:
            raise ImageNotFoundError(
                f"Image {wanted.image!r} ({wanted.image_id}) is not on this machine any more."
            ) from error
        with self._lock:
            self._running[container.id] = container
        return container

    def _wait(self, container: Any, wanted: Container, timeout: float) -> int:
        """The exit code, once the container has ended."""
        import requests

        deadline = time.monotonic() + timeout
        try:
            if self._is_canceled:
                raise ContainerCanceledError("interrupted")
            code = container.wait(timeout=timeout or None)["StatusCode"]
        except requests.exceptions.RequestException as error:
            if timeout and time.monotonic() >= deadline:
                raise ContainerTimeoutError(f"The node ran longer than {timeout:g} s.") from error
            raise EngineError(
                f"The engine that runs a container of {wanted.image} does not answer any more: "
                f"{error}."
            ) from error
        return int(code)

    def _failure(
        self, container: Any, wanted: Container, code: int, last_line: str
    ) -> ContainerError:
        if self._is_canceled:
            return ContainerCanceledError("interrupted")
        container.reload()
        if container.attrs["State"].get("OOMKilled"):
            limit = f" of {wanted.memory / 2**20:.0f} MiB" if wanted.memory else ""
            return OutOfMemoryError(
                f"The container of {wanted.image} was killed: it used more than its memory{limit}. "
                "Give it more with with_options(memory=...)."
            )
        said = f" Its last line: {last_line}" if last_line else ""
        return ExitCodeError(
            f"The container of {wanted.image} ended with exit code {code}{_meaning(code)}.{said}"
        )

    def _remove(self, container: Any) -> None:
        import docker

        with self._lock:
            self._running.pop(container.id, None)
        try:
            container.remove(force=True, v=True)
        except docker.errors.NotFound:
            pass
        except Exception as error:  # what the container achieved counts, not how it was tidied up
            _LOG.warning("Container %s could not be removed: %s", container.id, error)


class _Output:
    """Passes on what a container prints, in a thread, from before its start until its end."""

    def __init__(self, client: Any, container: Any, write: Write) -> None:
        wanted = {"stdout": 1, "stderr": 1, "stream": 1}
        self._stream = client.api.attach_socket(container.id, wanted)
        self._write = write
        self._end = b""
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    @property
    def last_line(self) -> str:
        """The last line that is not empty, shortened."""
        lines = self._end.decode(errors="backslashreplace").split("\n")
        written = [line.strip() for line in lines if line.strip()]
        return written[-1][:_LONGEST_LINE] if written else ""

    def finish(self) -> None:
        """Wait until all is passed on, which is soon after the end of the container."""
        self._thread.join(_TIME_FOR_OUTPUT_S)

    def close(self) -> None:
        """Pass on no more."""
        with contextlib.suppress(OSError):  # the engine has closed it
            getattr(self._stream, "_sock", self._stream).shutdown(socket.SHUT_RDWR)
        self.finish()
        self._stream.close()

    def _follow(self) -> None:
        from docker.utils.socket import frames_iter

        with contextlib.suppress(Exception):  # the engine is gone: whoever waits says so
            for _, part in frames_iter(self._stream, tty=False):
                self._write(part)
                self._end = (self._end + part)[-4 * _LONGEST_LINE :]


def _start(container: Any, wanted: Container) -> None:
    import docker

    try:
        container.start()
    except docker.errors.APIError as error:
        reason = explanation(error)
        if "exec" in reason and _NO_SUCH_PROGRAM.search(reason):
            why = reason.rpartition("exec: ")[2].removesuffix(": unknown")
            raise CommandNotFoundError(
                f"Command {wanted.command[0]!r} is no program in image {wanted.image}: "
                f"{why.rpartition(': ')[2]}."
            ) from error
        if wanted.gpus and "device driver" in reason:
            raise EngineError(
                f"A container of {wanted.image} gets no GPU: {reason}. Install NVIDIA's container "
                "toolkit on this machine, or leave out the option 'accelerators'."
            ) from error
        raise


def _meaning(code: int) -> str:
    with contextlib.suppress(ValueError):
        if code > 128:  # a shell's way to tell a signal, and Docker's
            return f" ({signal.Signals(code - 128).name})"
    return ""
