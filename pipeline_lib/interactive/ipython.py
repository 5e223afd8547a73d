"""The session as IPython knows it: executed cells, display, magics. IPython is named here only."""

from __future__ import annotations

import copy
import sys
from types import FrameType, TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from pipeline_lib.compiler.session_source import SessionSource
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.interactive.failure import only_authors_frames
from pipeline_lib.interactive.magics import RUN_CODE, SKIP_FOR_EXPORT, with_code_of_magics

_RUN_HERE = RUN_CODE | {SKIP_FOR_EXPORT}


class ExecutedCells:
    """Follows which cells the session has executed, and how far.

    Args:
        shell: IPython's shell.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._session = SessionSource()
        self._next = 1
        self._failed_at: dict[int, int] = {}
        shell.events.register("post_run_cell", self._cell_ended)

    def text(self) -> str:
        """The source of the session as that of a module, up to the line that is being executed."""
        cells: list[str] = self._shell.history_manager.input_hist_parsed
        # That the shell counts one further is what ends a cell.
        running = self._shell.execution_count
        while self._next < min(running, len(cells)):
            self._note(self._session, self._next, self._failed_at.get(self._next))
            self._next += 1
        session = copy.deepcopy(self._session)
        if running < len(cells):
            self._note(session, running, self._line_of(sys._getframe()))
        return session.text()

    def _note(self, session: SessionSource, number: int, before_line: int | None) -> None:
        cell = self._shell.history_manager.input_hist_parsed[number]
        python = with_code_of_magics(cell, self._shell.transform_cell, _RUN_HERE)
        session.ran(python, before_line)

    def _cell_ended(self, result: Any) -> None:
        error = result.error_in_exec
        if error is not None and result.execution_count is not None:
            line = self._line_in(error.__traceback__)
            if line is not None:
                self._failed_at[result.execution_count] = line

    def _line_of(self, frame: FrameType | None) -> int | None:
        while frame is not None:
            if self._is_cell(frame):
                return frame.f_lineno
            frame = frame.f_back
        return None

    def _line_in(self, traceback: TracebackType | None) -> int | None:
        while traceback is not None:
            if self._is_cell(traceback.tb_frame):
                return traceback.tb_lineno
            traceback = traceback.tb_next
        return None

    def _is_cell(self, frame: FrameType) -> bool:
        name = frame.f_code.co_name
        is_module = name == "<module>" or name.startswith("<cell line")
        return is_module and frame.f_globals is self._shell.user_global_ns


def cell_of_line(location: str, shell: Any) -> str:
    """`cell In[3], line 4` of a file name that stands for a cell, and a line; else as it is."""
    file, _, line = location.rpartition(":")
    history = shell.history_manager
    for number in range(len(history.input_hist_parsed) - 1, 0, -1):
        raw, parsed = history.input_hist_raw[number], history.input_hist_parsed[number]
        if file == shell.compile.get_code_name(raw, parsed, number):
            return f"cell In[{number}], line {line}"
    return location


def show_errors_briefly(shell: Any) -> None:
    """Show of this library's errors where the author's code stands, and not how we came there."""

    def show(
        shell: Any, kind: Any, error: BaseException, frames: Any, tb_offset: Any = None
    ) -> Any:
        shown = error.with_traceback(only_authors_frames(frames))
        return shell.showtraceback((kind, shown, shown.__traceback__), tb_offset=tb_offset)

    shell.set_custom_exc((PipelineLibError,), show)


def executed_cells(shell: Any) -> ExecutedCells:
    """What follows a shell's cells; the same for each call."""
    if shell not in _followed:
        _followed[shell] = ExecutedCells(shell)
    return _followed[shell]


_followed: WeakKeyDictionary[Any, ExecutedCells] = WeakKeyDictionary()


def show_html(html: str, text: str) -> None:
    """Display HTML in the running cell, and the text where none can be displayed."""
    from IPython.display import display

    display(_bundle(html, text), raw=True)


class LiveDisplay:
    """An element of the running cell that can be changed.

    Args:
        html: its HTML.
        text: what is shown where no HTML can be.
    """

    def __init__(self, html: str, text: str) -> None:
        from IPython.display import display

        self._handle = display(_bundle(html, text), raw=True, display_id=True)

    def update(self, html: str, text: str) -> None:
        """Show something else in its place."""
        self._handle.update(_bundle(html, text), raw=True)


def _bundle(html: str, text: str) -> dict[str, str]:
    return {"text/html": str(html), "text/plain": text}


def add_magics(shell: Any) -> None:
    """Let `%%skip_for_export` run the cell that it marks."""

    def skip_for_export(line: str, cell: str) -> Any:
        return shell.run_cell(cell)

    shell.register_magic_function(skip_for_export, "cell", SKIP_FOR_EXPORT)
