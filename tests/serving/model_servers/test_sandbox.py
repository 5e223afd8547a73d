"""What a sandboxed server may do, and what is left of it: no process, no file."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline_lib.serving.model_servers.guardian import Report
from pipeline_lib.serving.model_servers.sandbox import SandboxedProcess

MIB = 1024 * 1024
LONG_S = 30.0
"""No test waits that long unless something is wrong."""


@contextmanager
def sandboxed(code: str, memory_limit: int = 1024 * MIB) -> Iterator[SandboxedProcess]:
    """A Python program in a sandbox."""
    process = SandboxedProcess([sys.executable, "-c", code], memory_limit)
    try:
        yield process
    finally:
        process.stop()


def wait_for_death(pid: int) -> None:
    """Fail unless the process ends soon."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], LONG_S)[0], f"process {pid} lives"
    finally:
        os.close(descriptor)


def read_line(fifo: Path) -> str:
    """The next line that somebody writes into a named pipe."""
    with fifo.open() as lines:
        return lines.readline().strip()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A named pipe, by which a test learns when something has happened."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_how_it_ended_and_what_it_said() -> None:
    with sandboxed("import sys; print('about to end'); sys.exit(3)") as process:
        assert process.report(LONG_S) == Report(exit_code=3)
        assert process.log() == "about to end"


def test_a_signal() -> None:
    with sandboxed("import os; os.abort()") as process:
        assert process.report(LONG_S) == Report(exit_code=-signal.SIGABRT)


def test_a_program_that_is_not_there() -> None:
    process = SandboxedProcess(["/no/such/program"], MIB)
    try:
        report = process.report(LONG_S)
    finally:
        process.stop()
    assert report == Report(None, error="[Errno 2] No such file or directory: '/no/such/program'")


def test_memory_is_bounded() -> None:
    with sandboxed(
        "import time; held = bytearray(600 << 20); time.sleep(60)", memory_limit=200 * MIB
    ) as process:
        assert process.report(LONG_S) == Report(exit_code=-signal.SIGKILL, over_memory=True)


def test_memory_of_its_children_counts() -> None:
    code = (
        "import subprocess, sys\n"
        "child = 'import time; held = bytearray(150 << 20); time.sleep(60)'\n"
        "children = [subprocess.Popen([sys.executable, '-c', child]) for _ in range(2)]\n"
        "children[0].wait()"
    )
    with sandboxed(code, memory_limit=200 * MIB) as process:
        report = process.report(LONG_S)
    assert report is not None
    assert report.over_memory


def test_it_gets_no_secret_and_writes_into_its_own_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("TF_NUM_INTEROP_THREADS", "1")
    code = (
        "import json, os, resource, tempfile\n"
        "print(json.dumps([dict(os.environ), os.getcwd(), tempfile.gettempdir(),"
        " resource.getrlimit(resource.RLIMIT_CORE), os.getsid(0) == os.getpid()]))"
    )
    with sandboxed(code) as process:
        assert process.report(LONG_S) == Report(exit_code=0)
        environment, folder, temporary, core, leads_session = json.loads(process.log())
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert environment["TF_NUM_INTEROP_THREADS"] == "1"
    assert environment["HOME"] == folder == temporary
    assert not Path(folder).exists()
    assert core == [0, 0]
    assert leads_session


def test_a_log_does_not_fill_the_disk() -> None:
    code = "import resource, sys\nprint(resource.getrlimit(resource.RLIMIT_FSIZE))"
    with sandboxed(code) as process:
        assert process.report(LONG_S) == Report(exit_code=0)
        assert process.log() == f"({256 * MIB}, {256 * MIB})"


def test_stopping_asks_first(fifo: Path) -> None:
    code = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('drained'), sys.exit(0)))\n"
        f"open({str(fifo)!r}, 'w').write('ready')\n"
        "signal.pause()"
    )
    process = SandboxedProcess([sys.executable, "-c", code], 1024 * MIB)
    assert read_line(fifo) == "ready"
    process.stop()
    assert process.report() == Report(exit_code=0)
    assert process.log() == "drained"


def test_stopping_kills_what_does_not_listen(fifo: Path) -> None:
    code = (
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(fifo)!r}, 'w').write(str(os.getpid()))\n"
        "while True: signal.pause()"
    )
    process = SandboxedProcess([sys.executable, "-c", code], 1024 * MIB)
    pid = int(read_line(fifo))
    process.stop()
    process.stop()
    wait_for_death(pid)


def test_a_daemon_of_its_does_not_get_away(fifo: Path) -> None:
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        open({str(fifo)!r}, 'w').write(str(os.getpid()))\n"
        "        time.sleep(600)\n"
        "    os._exit(0)\n"
        "time.sleep(600)"
    )
    process = SandboxedProcess([sys.executable, "-c", code], 1024 * MIB)
    pid = int(read_line(fifo))
    process.stop()
    wait_for_death(pid)


def test_it_dies_with_whoever_started_it(fifo: Path, tmp_path: Path) -> None:
    """The starter is killed by SIGKILL, so that it can clean up nothing itself."""
    server = (
        "import os, time\n"
        f"open({str(fifo)!r}, 'w').write(f'{{os.getpid()}} {{os.getcwd()}}')\n"
        "time.sleep(600)"
    )
    starter = (
        "import signal, sys\n"
        "from pipeline_lib.serving.model_servers.sandbox import SandboxedProcess\n"
        f"process = SandboxedProcess([sys.executable, '-c', {server!r}], 1 << 30)\n"
        "signal.pause()"
    )
    root = str(Path(__file__).parents[3])
    with subprocess.Popen([sys.executable, "-c", starter], cwd=root) as started:
        pid, _, folder = read_line(fifo).partition(" ")
        guardian = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        started.kill()
    wait_for_death(int(pid))
    wait_for_death(guardian)
    assert not Path(folder).exists()


def test_it_dies_with_its_guardian(fifo: Path) -> None:
    code = (
        "import os, time\n"
        f"open({str(fifo)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')\n"
        "time.sleep(600)"
    )
    with sandboxed(code) as process:
        pid, _, guardian = read_line(fifo).partition(" ")
        os.kill(int(guardian), signal.SIGKILL)
        assert process.report(LONG_S) == Report(exit_code=-signal.SIGKILL)
        wait_for_death(int(pid))


def test_what_dead_processes_have_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    host = socket.gethostname()
    for name in (f"{2**22 + 1}-17-{host}-abc", f"{2**22 + 1}-17-elsewhere-abc"):
        (tmp_path / f"model-server-{name}").mkdir()
    (tmp_path / "of somebody else").mkdir()
    with sandboxed("pass"), sandboxed("pass"):
        ours = [name for name in os.listdir(tmp_path) if f"-{os.getpid()}-" in name]
        assert len(ours) == 2
    assert sorted(os.listdir(tmp_path)) == [
        f"model-server-{2**22 + 1}-17-elsewhere-abc",
        "of somebody else",
    ]
