"""The process that workers are forked from: Python and this library load once for all of them.

`ForkServer` is the runner's side; `main` is the program of the process. It has one thread and no
machine learning library, so that forking it is safe, and it lives in its own session, so that the
terminal's Ctrl-C reaches the runner alone. When the runner is gone it kills the workers and all
that they started: also a worker that is deep in C code, and so cannot end itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from pipeline_lib.errors import PipelineLibError

_MESSAGE = struct.Struct("!cq")
"""To the server: what to do, and the memory of a worker or its process id. The answer has the same
form; a negative number in place of a process id is an error's."""
_FORK, _WAIT = b"f", b"w"


class ForkServer:
    """Starts the process; forks workers from it and waits for them. Not for several threads.

    Args:
        import_folders: what a new interpreter does not have on its `sys.path`.
        kept_open: file descriptors that it and the workers hold open as long as they live.
    """

    def __init__(self, import_folders: Sequence[str], kept_open: Sequence[int] = ()) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from {__name__} import main; main()",
                    *map(str, (theirs.fileno(), *kept_open)),
                ],
                pass_fds=(theirs.fileno(), *kept_open),
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(import_folders)},
                start_new_session=True,
            )

    def fork_worker(self, connection: int, lifeline: int, most_memory: int) -> int:
        """Fork a worker that serves at these file descriptors; its process id.

        The worker leads a process group of its own.

        Raises:
            ConnectionError: the process is gone.
            PipelineLibError: the system has no room for another process.
        """
        order = _MESSAGE.pack(_FORK, most_memory)
        socket.send_fds(self._control, [order], [connection, lifeline])
        answer = self._answer()
        if answer < 0:
            raise PipelineLibError(
                f"No worker process can be started: {os.strerror(-answer)}. "
                "Let fewer nodes run at once, or give the system room for more processes."
            )
        return answer

    def wait(self, worker: int) -> int | None:
        """Wait for the end of a worker that was killed, and kill what it has left behind.

        Returns:
            Its exit code, or minus the number of the signal; `None` if nobody knows, since the
            process that it was forked from is gone.
        """
        try:
            self._control.sendall(_MESSAGE.pack(_WAIT, worker))
            return self._answer()
        except OSError:
            return None

    def close(self) -> int:
        """Let the process end, with all workers; its exit code."""
        self._control.close()
        return self._process.wait()

    def _answer(self) -> int:
        payload = self._control.recv(_MESSAGE.size, socket.MSG_WAITALL)
        if len(payload) < _MESSAGE.size:
            raise ConnectionError("the fork server has closed the connection")
        return int(_MESSAGE.unpack(payload)[1])


def main() -> NoReturn:
    """Fork and wait as asked until the runner closes the connection or is gone."""
    # Imported here, to be shared by all workers.
    from pipeline_lib.execution import process_tree
    from pipeline_lib.runners.local import worker

    control_descriptor, *kept_open = map(int, sys.argv[1:])
    _keep_from_programs([control_descriptor, *kept_open])
    process_tree.adopt_orphans()
    workers: set[int] = set()
    with socket.socket(fileno=control_descriptor) as control:
        while True:
            payload, descriptors, *_ = socket.recv_fds(control, _MESSAGE.size, 2)
            if not payload:
                break
            _keep_from_programs(descriptors)
            order, number = _MESSAGE.unpack(payload)
            if order == _WAIT:
                workers.discard(number)
                answer = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
                process_tree.kill_children(spared=workers)
            else:
                answer = _fork()
                if answer == 0:
                    control.close()
                    connection, lifeline = descriptors
                    worker.serve(connection, lifeline, number)
                _close(descriptors)
                if answer > 0:
                    workers.add(answer)
            control.sendall(_MESSAGE.pack(order, answer))
    _kill_groups(workers)
    process_tree.kill_children()
    # The runner waits for this, and tearing Python down would take longer than all the rest.
    os._exit(0)


def _fork() -> int:
    """As `os.fork`; where that fails, minus the error's number."""
    try:
        pid = os.fork()
    except OSError as error:
        return -(error.errno or 1)
    if pid:
        # Here and in the worker: whoever comes first, the group is there when it is killed.
        os.setpgid(pid, pid)
    return pid


def _kill_groups(workers: set[int]) -> None:
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _keep_from_programs(descriptors: Sequence[int]) -> None:
    """Let what an executor starts not get these, and so not hide the death of a worker."""
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)


def _close(descriptors: Sequence[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
