"""One run, the fault that it is given, and what is done until it has come to its end."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pipeline_lib.metadata.store import RunState
from tests.faults import injections, invariants, misbehaviour, processes
from tests.faults.injections import Disturbance, Target
from tests.faults.invariants import Recorded
from tests.faults.pipeline import INSTANCES
from tests.faults.program import RUN_ID

_REPOSITORY = Path(__file__).parents[2]
_MOST_SECONDS = 120.0
_TIME_TO_END = 20.0
_TIMEOUT_OF_HANGING = 3.0
_CHANCE_OF_ANOTHER = 0.3


@dataclass
class Report:
    """How one injection went.

    Attributes:
        injections: how many faults were injected: a run that is gone on with may be killed again.
        complete: how many nodes were complete when the first was.
        went_on: how often the run had to be gone on with.
        repeated: nodes that had done their work and, unrecorded, did it again.
        violations: what should not be.
        folder: where all of it is, if something should not be.
    """

    kind: str
    injections: int = 0
    complete: int = 0
    went_on: int = 0
    repeated: int = 0
    violations: list[str] = field(default_factory=list)
    folder: str = ""


class Experiment:
    """One run with all that happens to it."""

    def __init__(self, folder: Path, report: Report, chance: random.Random) -> None:
        self.folder = folder
        self.token = secrets.token_hex(8)
        self._report = report
        self._chance = chance
        self._timeout = 0.0
        (folder / "store").mkdir(exist_ok=True)

    def disturb(self, disturbance: Disturbance, within: float) -> None:
        """Run, and disturb it from outside after a random time."""
        runner = self._start("run")
        time.sleep(self._chance.uniform(0, within))
        target = Target(runner.pid, self.token, self.folder)
        self._report.injections += disturbance.inject(target, self._chance)
        code = self._wait_for_end(runner)
        injections.empty([self.folder / name for name in disturbance.disks])
        recorded = Recorded(self.folder)
        self._report.complete = len(recorded.complete)
        if disturbance.is_survived and code:
            self._violated(f"the run has ended with code {code}")
        if len(recorded.failed) > disturbance.failing:
            self._violated(f"{recorded.failed} have failed")
        if not disturbance.may_leave_running:
            self._expect_recorded_end(recorded)
        self._check(recorded)

    def misbehave(self, kind: str, log_size: int) -> None:
        """Run, and let a random node misbehave at a random moment."""
        name = self._chance.choice(INSTANCES)
        moments = [one for one in misbehaviour.MOMENTS if one != "middle"]
        is_harmful = kind in misbehaviour.HALFWAY_HARMFUL
        moment = self._chance.choice(moments if is_harmful else misbehaviour.MOMENTS)
        misbehaviour.order(str(self.folder), kind, name, moment, log_size)
        if kind in misbehaviour.HANGING:
            self._timeout = _TIMEOUT_OF_HANGING
        code = self._wait_for_end(self._start("run"))
        recorded = Recorded(self.folder)
        self._report.injections += misbehaviour.was_injected(str(self.folder))
        self._report.complete = len(recorded.complete)
        is_fatal = kind in misbehaviour.FATAL
        if bool(code) != is_fatal:
            self._violated(f"the run has ended with code {code}")
        if recorded.failed != [name] * is_fatal:
            self._violated(f"{recorded.failed} have failed, not {name}")
        self._expect_recorded_end(recorded)
        self._check(recorded)

    def bring_to_end(self, within: float) -> None:
        """Go on with the run until it has ended; perhaps kill it once more on the way."""
        before = Recorded(self.folder)
        is_killed_again = self._chance.random() < _CHANCE_OF_ANOTHER
        if is_killed_again and before.state is not None and before.state.name != "COMPLETE":
            self._go_on(before, kill_within=within)
            before = Recorded(self.folder)
        if before.state is None or before.state.name != "COMPLETE":
            self._go_on(before)
        recorded = Recorded(self.folder)
        self._check(recorded)
        for violation in (
            *invariants.final_violations(recorded),
            *invariants.leftover_violations(self.folder, recorded),
            *invariants.lines(self.folder, "violations"),
        ):
            self._violated(violation)
        done = Counter(invariants.lines(self.folder, "done"))
        self._report.repeated = sum(count - 1 for count in done.values())

    def _go_on(self, before: Recorded, kill_within: float | None = None) -> None:
        done_before = invariants.lines(self.folder, "done")
        self._report.went_on += 1
        runner = self._start("run" if before.state is None else self._way_to_resume())
        if kill_within is not None:
            time.sleep(self._chance.uniform(0, kill_within))
            self._report.injections += processes.kill(runner.pid, signal.SIGKILL)
        code = self._wait_for_end(runner)
        if kill_within is None and code:
            self._violated(f"going on has ended with code {code}")
        done_now = invariants.lines(self.folder, "done")[len(done_before) :]
        for name in sorted(set(done_now) & set(before.complete)):
            self._violated(f"{name} was complete and has been run again")
        self._check(Recorded(self.folder))

    def _way_to_resume(self) -> str:
        return self._chance.choice(("resume", "plib"))

    def undisturbed(self) -> float:
        """Run to the end; how many seconds that took.

        Raises:
            RuntimeError: the run has failed.
        """
        runner = self._start("run")
        started = time.monotonic()
        runner.communicate()
        if runner.returncode:
            raise RuntimeError((self.folder / "errors").read_text())
        return time.monotonic() - started

    def _start(self, action: str) -> subprocess.Popen[str]:
        """Start the program; it is about to begin the run when this returns."""
        arguments = ["-m", "tests.faults.program", str(self.folder), action, str(self._timeout)]
        if action == "plib":
            store = f"{self.folder}/store/runs.sqlite"
            arguments = ["-m", "pipeline_lib.cli", "run", "--resume", RUN_ID, "--store", store]
        errors = (self.folder / "errors").open("a")
        with errors:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(_REPOSITORY),
                    processes.TOKEN: self.token,
                },
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        if action != "plib":
            assert process.stdout is not None, "it is a pipe"
            process.stdout.readline()
        return process

    def _wait_for_end(self, runner: subprocess.Popen[str]) -> int:
        try:
            runner.communicate(timeout=_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            self._violated(f"the runner still runs: {processes.described(self.token)}")
            processes.kill_all(self.token)
            runner.communicate()
        if not processes.all_end(self.token, _TIME_TO_END):
            self._violated(f"still running: {processes.described(self.token)}")
            processes.kill_all(self.token)
        return runner.returncode

    def _expect_recorded_end(self, recorded: Recorded) -> None:
        if recorded.running or recorded.state is RunState.RUNNING:
            self._violated(f"the run is {recorded.state}, running are {recorded.running}")

    def _check(self, recorded: Recorded) -> None:
        for violation in (
            *invariants.store_violations(self.folder),
            *invariants.output_violations(recorded),
        ):
            self._violated(violation)

    def _violated(self, what: str) -> None:
        self._report.violations.append(what)
