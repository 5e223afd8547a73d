"""One runner for each run, and none while workers of an earlier one live."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_lib.errors import MetadataStoreError, PipelineLibError
from pipeline_lib.runners.local.run_lock import has_died_here, is_running_here, sole_runner
from tests.runners.processes import has_ended, watched


def test_a_run_that_another_holds_is_refused(tmp_path: Path) -> None:
    with (
        sole_runner("r", str(tmp_path)),
        pytest.raises(PipelineLibError) as raised,
        sole_runner("r", str(tmp_path)),
    ):
        pass
    assert str(raised.value) == (
        "Run 'r' is still running, in another process. Wait until it has ended."
    )


def test_runs_of_one_id_below_two_roots_are_two(tmp_path: Path) -> None:
    with sole_runner("r", str(tmp_path / "one")), sole_runner("r", str(tmp_path / "two")):
        pass


def test_a_lock_that_is_left_tells_of_a_run_whose_end_is_not_recorded(tmp_path: Path) -> None:
    place = ("r", str(tmp_path))
    assert (is_running_here(*place), has_died_here(*place)) == (False, False)
    with sole_runner(*place):
        assert (is_running_here(*place), has_died_here(*place)) == (True, False)
    with pytest.raises(MetadataStoreError), sole_runner(*place):
        raise MetadataStoreError("the disk is full")
    assert (is_running_here(*place), has_died_here(*place)) == (False, True)
    with pytest.raises(PipelineLibError), sole_runner(*place):
        raise PipelineLibError("a node failed, which is recorded")
    assert (is_running_here(*place), has_died_here(*place)) == (False, False)


def test_the_workers_of_a_runner_that_has_died_are_waited_for(tmp_path: Path) -> None:
    program = (
        "import os, subprocess, sys\n"
        "from pipeline_lib.runners.local.run_lock import sole_runner\n"
        "with sole_runner('r', sys.argv[1]) as lock:\n"
        "    child = subprocess.Popen(['cat'], stdin=0, stdout=1, pass_fds=[lock])\n"
        "    print(child.pid, flush=True)\n"
        "    os._exit(1)\n"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert runner.stdin is not None
    assert runner.stdout is not None
    worker = int(runner.stdout.readline())
    runner.wait()
    with watched(worker) as (descriptor,):
        assert not has_ended(descriptor, within=0)
        runner.stdin.close()  # it ends at some time from now on
        with sole_runner("r", str(tmp_path)):
            assert has_ended(descriptor, within=0)
    runner.stdout.close()
