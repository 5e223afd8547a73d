"""Turning an exception into the record of it."""

from __future__ import annotations

import os
import site
import sysconfig
import traceback
from types import TracebackType

import pipeline_lib
from pipeline_lib.metadata.store import ErrorRecord

_LIBRARY = os.path.dirname(os.path.abspath(pipeline_lib.__file__)) + os.sep
_STANDARD_COMPONENTS = os.path.join(os.path.dirname(_LIBRARY.rstrip(os.sep)), "components") + os.sep
_NOT_THE_AUTHORS = (
    _LIBRARY,
    _STANDARD_COMPONENTS,
    sysconfig.get_paths()["stdlib"] + os.sep,
    *(folder + os.sep for folder in site.getsitepackages()),
    "<",
)

_SESSION = ("<ipython-input", "<stdin>")
"""Files of what is typed into an interactive session."""

_KEPT_CHARACTERS = 20_000
"""Of the beginning, and of the end, of a message or traceback."""


def error_record(error: BaseException) -> ErrorRecord:
    """The record of an exception; its traceback begins where the author's code was called."""
    shown = authors_traceback(error)
    lines = traceback.format_exception(type(error), error, shown)
    return ErrorRecord(
        type=type(error).__name__,
        message=_recordable(_message(error)),
        traceback=_recordable("".join(lines)),
        location=_authors_line(error.__traceback__),
    )


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as own_error:
        return f"(its text cannot be had: str() raises {type(own_error).__name__})"


def _recordable(text: str) -> str:
    """The text without lone surrogates, as undecodable file names have: no store takes them.

    Of one that is too long, the beginning and the end.
    """
    left_out = len(text) - 2 * _KEPT_CHARACTERS
    if left_out > 0:
        note = f"\n[{left_out} characters are left out here.]\n"
        text = text[:_KEPT_CHARACTERS] + note + text[-_KEPT_CHARACTERS:]
    return text.encode(errors="backslashreplace").decode()


def authors_traceback(error: BaseException) -> TracebackType | None:
    """The traceback of an exception from where the author's code was called."""
    frames = rest = error.__traceback__
    while rest is not None and rest.tb_frame.f_code.co_filename.startswith(_LIBRARY):
        rest = rest.tb_next
    return rest or frames


def _authors_line(frames: TracebackType | None) -> str:
    """The innermost line that is neither ours, nor Python's, nor of an installed package."""
    for frame in reversed(traceback.extract_tb(frames)):
        if frame.filename.startswith(_SESSION) or not frame.filename.startswith(_NOT_THE_AUTHORS):
            return f"{frame.filename}:{frame.lineno}"
    return ""
