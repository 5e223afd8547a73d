"""What a run is made with, found out while it begins, and recorded with what is recorded anyway."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.metadata.store import RunRecord
from pipeline_lib.runners.code_version import AskedGit
from pipeline_lib.runners.environment import environment

_PATIENCE = 0.2
"""Seconds for which the beginning of a run waits for git, and its end, if git is slow."""


class Tracking:
    """What one run is made with. It is to be closed.

    Args:
        folder: where the author's code is.
    """

    def __init__(self, folder: str) -> None:
        self._git = AskedGit(folder)
        self._begun: RunRecord | None = None

    def begun(self, run: RunRecord) -> RunRecord:
        """The record of a run that begins, or goes on, with what it is made with."""
        self._begun = run
        return self._with_environment(run)

    def ended(self, run: RunRecord) -> RunRecord:
        """The record of its end, with what was not known when it began."""
        if self._begun is None or not self._git.is_pending:
            return run
        return self._with_environment(replace(run, environments=self._begun.environments))

    def close(self) -> None:
        """Find out nothing more."""
        self._git.close()

    def _with_environment(self, run: RunRecord) -> RunRecord:
        found = environment(self._git.version(_PATIENCE))
        if found in run.environments:
            return run
        return replace(run, environments=(*run.environments, found))
