"""The process that workers are forked from: Python and this library load once for all of them.

`ForkServer` is the runner's side; `main` is the program of the process. It has one thread and no
machine learning library, so that forking it is safe, and it lives in its own session, so that the
terminal's Ctrl-C reaches the runner alone.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys

from pipeline_lib.errors import PipelineLibError

_MESSAGE = struct.Struct("!cq")
"""To the server: what to do, and a process id or 0. The answer has the same form."""
_FORK, _WAIT = b"f", b"w"


class ForkServer:
    """Starts the process; forks workers from it and waits for them. Not for several threads."""

    def __init__(self, import_folders: list[str]) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from {__name__} import main; main()",
                    str(theirs.fileno()),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(import_folders)},
                start_new_session=True,
            )

    def fork_worker(self, connection: int, lifeline: int) -> int:
        """Fork a worker that serves at these file descriptors; its process id.

        The worker leads a process group of its own.
        """
        try:
            socket.send_fds(self._control, [_MESSAGE.pack(_FORK, 0)], [connection, lifeline])
            return self._answer()
        except OSError as error:
            raise PipelineLibError(
                "No worker process can be started: the process that they are forked from has "
                f"ended with code {self._process.wait()}."
            ) from error

    def wait(self, worker: int) -> int:
        """Wait for a worker's end: its exit code, or minus the number of the signal."""
        try:
            self._control.sendall(_MESSAGE.pack(_WAIT, worker))
            return self._answer()
        except OSError:
            # The server is gone, and its workers with it.
            return -signal.SIGKILL

    def close(self) -> None:
        """Let the process end."""
        self._control.close()
        self._process.wait()

    def _answer(self) -> int:
        payload = self._control.recv(_MESSAGE.size, socket.MSG_WAITALL)
        if len(payload) < _MESSAGE.size:
            raise ConnectionError("the fork server has closed the connection")
        return int(_MESSAGE.unpack(payload)[1])


def main() -> None:
    """Fork and wait as asked until the runner closes the connection or is gone."""
    # Imported here, to be shared by all workers.
    from pipeline_lib.runners.local.worker import serve

    with socket.socket(fileno=int(sys.argv[1])) as control:
        while True:
            payload, descriptors, *_ = socket.recv_fds(control, _MESSAGE.size, 2)
            if not payload:
                return
            order, worker = _MESSAGE.unpack(payload)
            if order == _WAIT:
                answer = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
            else:
                answer = os.fork()
                if answer == 0:
                    control.close()
                    serve(*descriptors)
                    os._exit(0)
                # Here and in the worker: whoever comes first, the group is there when it is killed.
                os.setpgid(answer, answer)
                for descriptor in descriptors:
                    os.close(descriptor)
            control.sendall(_MESSAGE.pack(order, answer))
