"""Shows in a notebook's cell how a run goes on: one element that is changed in place."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from pipeline_lib.interactive.session_code import running_shell
from pipeline_lib.interactive.template import filled
from pipeline_lib.metadata.store import ExecutionRecord, RunRecord
from pipeline_lib.node.run import Run
from pipeline_lib.report.wording import duration, first_line, state_mark
from pipeline_lib.runners.local.events import RunListener, Silent


def progress_listener(is_shown: bool) -> RunListener:
    """What shows a run in this session: in a notebook's cell, or as the local runner does."""
    if not is_shown:
        return Silent()
    shell = running_shell()
    if shell is not None and getattr(shell, "kernel", None) is not None:
        return CellProgress()
    from pipeline_lib.runners.local.progress import terminal_progress

    return terminal_progress(may_live=False)


class CellProgress:
    """Keeps one line for each node in an element of the running cell."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self._title = ""
        self._handle: Any = None

    def run_started(self, run: Run, awaited: Collection[str]) -> None:
        """Name the run."""
        from pipeline_lib.interactive.ipython import LiveDisplay

        self._title = f"Run {run.run_id} of pipeline {run.pipeline.name}"
        self._handle = LiveDisplay(*self._shown())

    def node_started(self, instance: str) -> None:
        """Show the node as running."""
        self._set(instance, f"~ {instance} is running since {time.strftime('%H:%M:%S')}")

    def node_retried(self, execution: ExecutionRecord, delay: float) -> None:
        """Say that an attempt failed, and when the next follows."""
        error = _error_line(execution)
        self._set(execution.instance, f"↻ {execution.instance} again in {delay:g} s: {error}")

    def node_ended(self, execution: ExecutionRecord, seconds: float) -> None:
        """Say how the node ended."""
        mark, _ = state_mark(execution.state)
        detail = execution.reason or _error_line(execution)
        text = f"{mark} {execution.instance} {execution.state.value} in {duration(seconds)}"
        self._set(execution.instance, f"{text}: {detail}" if detail else text)

    def image_pulled(self, image: str, progress: str) -> None:
        """Say how far an image has been fetched."""
        self._set(f"image {image}", f"~ pulling {image}: {progress}" if progress else f"✓ {image}")

    def run_ended(self, run: RunRecord, seconds: float) -> None:
        """Say how the run ended."""
        self._title = f"{self._title}: {run.state.value} in {duration(seconds)}"
        self._handle.update(*self._shown())

    def _set(self, instance: str, line: str) -> None:
        self._lines[instance] = line
        self._handle.update(*self._shown())

    def _shown(self) -> tuple[str, str]:
        """As HTML, and as plain text."""
        lines = [self._title, *self._lines.values()]
        return filled("progress.html", lines=lines), "\n".join(lines)


def _error_line(execution: ExecutionRecord) -> str:
    error = execution.error
    return "" if error is None else f"{error.type}: {first_line(error.message)}"
