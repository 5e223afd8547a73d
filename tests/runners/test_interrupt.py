"""Ctrl-C and sudden death of the runner leave a consistent store and no stray process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_lib.metadata.store import MetadataStore, RunState
from tests.runners.conftest import StartScript
from tests.runners.processes import has_ended, watched

BLOCKING = """
    import os, signal, subprocess, sys
    from pipeline_lib import LocalRunner, OutputDict, Parameter, Pipeline, component
    from pipeline_lib import sqlite_metadata_connection_config

    @component
    def First() -> OutputDict(n=int):
        return {"n": 1}

    @component
    def Block(n: int, folder: Parameter[str]):
        child = subprocess.Popen(["tail", "-f", "/dev/null"])
        with open(f"{folder}/started", "w") as fifo:
            fifo.write(f"{os.getpid()} {child.pid}")
        signal.pause()

    @component
    def Never(n: int):
        pass

    if __name__ == "__main__":
        # Where the tests run in the background of a shell, it is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        folder, kind = sys.argv[1:]
        first = First()
        block = Block(n=first.outputs["n"], folder=folder)
        never = Never(n=first.outputs["n"]).add_upstream_node(block)
        config = sqlite_metadata_connection_config(f"{folder}/store.sqlite")
        pipeline = Pipeline(
            "p", f"{folder}/root", [first, block, never], metadata_connection_config=config
        )
        LocalRunner(2, inline=kind == "inline", progress=False).run(pipeline, run_id="r")
"""

OpenStore = Callable[[], MetadataStore]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "started")
    return tmp_path


def started(folder: Path) -> tuple[int, int]:
    """Waits until the node blocks; the ids of its process and of the child that it started."""
    worker, child = (folder / "started").read_text().split()
    return int(worker), int(child)


def test_an_interrupted_run_is_recorded_as_canceled_and_leaves_no_process(
    folder: Path, start_script: StartScript, opened: OpenStore
) -> None:
    process = start_script(BLOCKING, "script.py", str(folder), "workers")
    with watched(*started(folder)) as descriptors:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        assert all(has_ended(descriptor) for descriptor in descriptors)
    assert process.returncode == -signal.SIGINT, errors
    assert errors.endswith("KeyboardInterrupt\n")
    assert_canceled(opened())
    assert list((folder / "root" / "Block").iterdir()) == [folder / "root" / "Block" / ".system"]


@pytest.mark.parametrize("request_to_end", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_is_obeyed_in_order(
    folder: Path, start_script: StartScript, opened: OpenStore, request_to_end: signal.Signals
) -> None:
    process = start_script(BLOCKING, "script.py", str(folder), "workers")
    with watched(*started(folder)) as descriptors:
        process.send_signal(request_to_end)
        process.communicate()
        assert all(has_ended(descriptor) for descriptor in descriptors)
    assert process.returncode == -request_to_end
    assert_canceled(opened())


def test_an_interrupted_inline_run_is_recorded_as_canceled(
    folder: Path, start_script: StartScript, opened: OpenStore
) -> None:
    process = start_script(BLOCKING, "script.py", str(folder), "inline")
    runner, child = started(folder)
    assert runner == process.pid
    process.send_signal(signal.SIGINT)
    process.wait()
    os.kill(child, signal.SIGKILL)  # inline there is no worker whose group could be ended
    assert process.communicate()[1].endswith("KeyboardInterrupt\n")
    assert_canceled(opened())


def assert_canceled(store: MetadataStore) -> None:
    assert store.run("r").state is RunState.CANCELED
    assert {key: state.value for key, state in store.states("r").items()} == {
        "First": "complete",
        "Block": "canceled",
    }
    (blocked,) = (one for one in store.executions("r") if one.node_id == "Block")
    assert blocked.reason == "interrupted"


# In C code that holds the interpreter's lock, no other thread of the process runs.
STUCK = BLOCKING.replace("signal.pause()", "import ctypes; ctypes.PyDLL(None).pause()")


@pytest.mark.parametrize("script", [BLOCKING, STUCK], ids=["blocking", "stuck in C"])
def test_workers_and_their_children_die_with_a_runner_that_is_killed(
    folder: Path, start_script: StartScript, script: str
) -> None:
    process = start_script(script, "script.py", str(folder), "workers")
    with watched(*started(folder)) as descriptors:
        process.kill()
        assert all(has_ended(descriptor) for descriptor in descriptors)
    process.communicate()
