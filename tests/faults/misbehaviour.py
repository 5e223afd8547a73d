"""What executors do that they should not."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact

ENVIRONMENT_VARIABLE = "LEFT_BY_A_NODE"
MOMENTS = ("begin", "middle", "end")

_MEMORY = 256 << 20
_left: list[Any] = []


def order(folder: str, kind: str, name: str, moment: str, size: int) -> None:
    """Let a node misbehave once; `size` is that of a large log."""
    Path(folder, "order").write_text(json.dumps([kind, name, moment, size]))


def was_injected(folder: str) -> bool:
    """Whether the node has done what was ordered."""
    return Path(folder, "taken").exists()


def misbehave(folder: str, name: str, moment: str, model: Artifact) -> None:
    """Do what is ordered for this node and moment, if it has not been done yet."""
    try:
        kind, *place, size = json.loads(Path(folder, "order").read_text())
    except FileNotFoundError:
        return
    if place == [name, moment]:
        os.rename(f"{folder}/order", f"{folder}/taken")
        _left.append(size)
        (FATAL | HARMLESS)[kind](model)


class OddError(Exception):
    """Holds what no pickle can carry, and has a message of megabytes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason * (50 << 20))
        self.hook = lambda: code


def _leak(_: Artifact) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY * 4, resource.RLIM_INFINITY))
    while True:
        _left.append(bytearray(_MEMORY))


def _be_killed(_: Artifact) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hang(_: Artifact) -> None:
    threading.Event().wait()


def _hang_in_c(_: Artifact) -> None:
    ctypes.PyDLL(None).pause()  # no other thread of the process runs any more


def _stop(_: Artifact) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _exit_as_if_well(_: Artifact) -> None:
    os._exit(0)


def _fork_and_exit(_: Artifact) -> None:
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    os._exit(3)


def _start_and_exit(_: Artifact) -> None:
    os.system("tail -f /dev/null &")
    os._exit(3)


def _segfault(_: Artifact) -> None:
    ctypes.string_at(0)


def _close_descriptors(_: Artifact) -> None:
    os.closerange(0, 256)
    signal.pause()


def _raise_odd(_: Artifact) -> None:
    raise OddError(3, "odd")


def _set_unrecordable(model: Artifact) -> None:
    model.custom_properties["odd"] = object()  # type: ignore[assignment] # as an author may


def _set_unpicklable(model: Artifact) -> None:
    class Odd(str):
        """A text whose class only this function knows."""

    model.name = Odd("odd")


def _set_number_as_name(model: Artifact) -> None:
    model.name = 3  # type: ignore[assignment] # it is what the author gets wrong


def _set_number_as_uri(model: Artifact) -> None:
    model.uri = 3  # type: ignore[assignment] # it is what the author gets wrong


def _recurse(model: Artifact) -> None:
    _recurse(model)


def _raise_system_exit(_: Artifact) -> None:
    sys.exit(0)


def _raise_keyboard_interrupt(_: Artifact) -> None:
    raise KeyboardInterrupt


def _raise_base_exception(_: Artifact) -> None:
    raise BaseException("odd")


def _signal_group(_: Artifact) -> None:
    os.killpg(0, signal.SIGTERM)


def _interrupt_itself(_: Artifact) -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _remove_output(model: Artifact) -> None:
    subprocess.run(["rm", "-r", model.uri], check=True)


def _change_directory(_: Artifact) -> None:
    os.chdir("/")


def _start_threads(_: Artifact) -> None:
    for _number in range(20):
        threading.Thread(target=threading.Event().wait).start()


def _replace_output(_: Artifact) -> None:
    sys.stdout = sys.stderr = object()
    os.close(1)


def _change_environment(_: Artifact) -> None:
    os.environ[ENVIRONMENT_VARIABLE] = "1"
    del os.environ["PATH"]


def _change_limits(_: Artifact) -> None:
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY * 8, resource.RLIM_INFINITY))


def _leave_processes(_: Artifact) -> None:
    subprocess.Popen(["tail", "-f", "/dev/null"])
    subprocess.Popen(["tail", "-f", "/dev/null"], start_new_session=True)
    os.system("setsid sh -c 'tail -f /dev/null &'")  # its parent has ended
    if os.fork() == 0:
        signal.pause()


def _fork_and_return(_: Artifact) -> None:
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)


def _fork_and_raise(_: Artifact) -> None:
    pid = os.fork()
    if pid == 0:
        sys.exit(1)
    os.waitpid(pid, 0)


def _keep_memory(_: Artifact) -> None:
    _left.append(b"x" * _MEMORY)


def _write_log(_: Artifact) -> None:
    size = _left[-1]
    subprocess.run(["sh", "-c", f"yes a line of the log | head -c {size}"], check=True)


Misbehaviour = Callable[[Artifact], None]

FATAL: dict[str, Misbehaviour] = {
    "leaks memory": _leak,
    "is killed (OOM)": _be_killed,
    "hangs": _hang,
    "hangs in C": _hang_in_c,
    "stops itself": _stop,
    "os._exit": _exit_as_if_well,
    "forks, os._exit": _fork_and_exit,
    "starts, os._exit": _start_and_exit,
    "segfaults": _segfault,
    "closes all files": _close_descriptors,
    "odd exception": _raise_odd,
    "unrecordable output": _set_unrecordable,
    "number as name": _set_number_as_name,
    "number as URI": _set_number_as_uri,
    "recursion": _recurse,
    "SystemExit": _raise_system_exit,
    "KeyboardInterrupt": _raise_keyboard_interrupt,
    "BaseException": _raise_base_exception,
    "SIGTERM to its group": _signal_group,
    "SIGINT to itself": _interrupt_itself,
    "removes its output": _remove_output,
}
"""What fails the node."""

HARMLESS: dict[str, Misbehaviour] = {
    "changes directory": _change_directory,
    "leaves threads": _start_threads,
    "replaces stdout": _replace_output,
    "changes environment": _change_environment,
    "changes limits": _change_limits,
    "leaves processes": _leave_processes,
    "fork returns": _fork_and_return,
    "fork raises": _fork_and_raise,
    "keeps memory": _keep_memory,
    "large log": _write_log,
    "unpicklable name": _set_unpicklable,
}
"""What the run survives."""

HALFWAY_HARMFUL = ("fork returns",)
"""What spoils an output that is half written: two processes go on with it."""

HANGING = ("hangs", "hangs in C", "stops itself")
