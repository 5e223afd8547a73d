"""One run after another, each with a fault at a random point, then gone on with to its end."""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
from collections import deque
from pathlib import Path

from tests.faults import injections, misbehaviour, processes
from tests.faults.experiment import Experiment, Report
from tests.faults.injections import DISTURBANCES, Disturbance

KINDS = (*DISTURBANCES, *misbehaviour.FATAL, *misbehaviour.HARMLESS)

_RUNS_PER_MEASUREMENT = 15


class Harness:
    """Injects faults; the same seed makes the same choices.

    Args:
        seed: of all that is left to chance.
        log_size: bytes of a large log.
    """

    def __init__(self, seed: int, log_size: int = 300 << 20) -> None:
        self._chance = random.Random(seed)
        self._log_size = log_size
        self._durations: deque[float] = deque(maxlen=4)
        self._number = 0

    def inject(self, kind: str) -> Report:
        """Start a run, inject a fault, look at what is left, bring the run to its end.

        Raises:
            PermissionError: the fault needs a file system that this process may not mount.
        """
        folder = Path(tempfile.mkdtemp(prefix="plib-faults-"))
        disturbance = DISTURBANCES.get(kind)
        disks = [folder / name for name in (disturbance.disks if disturbance else ())]
        report = Report(kind)
        try:
            with injections.small_disks(disks):
                self._inject(kind, disturbance, folder, report)
                if report.violations:
                    report.folder = f"{folder}-{kind.replace(' ', '-')}"
                    shutil.copytree(folder, report.folder, symlinks=True)
        finally:
            shutil.rmtree(folder)
        return report

    def _inject(
        self, kind: str, disturbance: Disturbance | None, folder: Path, report: Report
    ) -> None:
        if self._number % _RUNS_PER_MEASUREMENT == 0:
            # How long a run takes changes with what else the machine does.
            self._durations += [self._undisturbed() for _ in range(2)]
        self._number += 1
        within = statistics.median(self._durations)
        experiment = Experiment(folder, report, self._chance)
        try:
            if disturbance is not None:
                experiment.disturb(disturbance, within)
            else:
                experiment.misbehave(kind, self._log_size)
            experiment.bring_to_end(within)
        except Exception as error:
            report.violations.append(f"{type(error).__name__}: {error}")
        finally:
            processes.kill_all(experiment.token)

    def _undisturbed(self) -> float:
        folder = Path(tempfile.mkdtemp(prefix="plib-faults-"))
        try:
            return Experiment(folder, Report(""), self._chance).undisturbed()
        finally:
            shutil.rmtree(folder)
