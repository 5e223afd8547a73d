"""Nodes that change the process they run in."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from pipeline_lib import OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Model


@component
def Look() -> OutputDict(pid=int, found=str):  # type: ignore[valid-type]
    """What an earlier node may have left: its marks in the environment, the file mask."""
    mask = os.umask(0)
    os.umask(mask)
    marks = sorted(name for name in os.environ if name.startswith("UNRULY_"))
    return {"pid": os.getpid(), "found": f"{mask:o} {marks}"}


@component
def ChangeEnvironment(folder: Parameter[str]) -> OutputDict(pid=int):  # type: ignore[valid-type]
    os.environ["UNRULY_NODE"] = "1"
    os.umask(0o077)
    Path(folder, "unruly_module.py").write_text("import os\nos.environ['UNRULY_IMPORT'] = '1'\n")
    sys.path.insert(0, folder)
    importlib.import_module("unruly_module")
    return {"pid": os.getpid()}


@component
def LeaveChild(child: Parameter[str]) -> OutputDict(pid=int):  # type: ignore[valid-type]
    """One that has left the group, and that no other signal ends."""
    started = subprocess.Popen(["tail", "-f", "/dev/null"], start_new_session=True)
    with open(child, "w") as fifo:
        fifo.write(str(started.pid))
    return {"pid": os.getpid()}


@component
def ForkAndReturn(model: OutputArtifact[Model]) -> OutputDict(n=int):  # type: ignore[valid-type]
    Path(model.uri, "weights").write_text("weights")
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
    return {"n": 1}


@component
def EndIdleWorkers() -> None:
    """Kill the workers that wait, and this process's own siblings are those."""
    own = os.getpid()
    children = Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text()
    for pid in map(int, children.split()):
        if pid != own:
            os.kill(pid, signal.SIGKILL)


@component
def WriteLog(size: Parameter[int], started: Parameter[str], go_on: Parameter[str]) -> None:
    """Write more than is kept, and wait for the test to have looked at it."""
    command = f"echo first; yes a line | head -c {size}; echo; echo last"
    subprocess.run(["sh", "-c", command], check=True)
    Path(started).write_text("started")
    Path(go_on).read_text()


@component
def HoldInterpreter(started: Parameter[str]) -> None:
    """Hold the interpreter's lock for ever, as C code may: no other thread of the process runs."""
    import ctypes

    Path(started).write_text(str(os.getpid()))
    ctypes.PyDLL(None).pause()


@component
def LeaveThread() -> OutputDict(pid=int):  # type: ignore[valid-type]
    threading.Thread(target=threading.Event().wait).start()
    return {"pid": os.getpid()}
