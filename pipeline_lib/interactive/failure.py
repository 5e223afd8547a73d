"""How a failed run is raised in a session: with the author's own line, and not ours."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import TracebackType

import pipeline_lib
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.failure import authors_traceback


class NodeError(Exception):
    """What was raised in a worker process: its traceback as text."""

    def __str__(self) -> str:
        return "\n" + super().__str__()


def cause(
    failures: Sequence[ExecutionRecord], raised_here: Mapping[int, Exception]
) -> Exception | None:
    """What made the first node fail; its traceback begins in the author's code."""
    first = failures[0]
    error = raised_here.get(first.id)
    if error is not None:
        return error.with_traceback(authors_traceback(error))
    if first.error is not None and first.error.traceback:
        return NodeError(first.error.traceback.rstrip())
    return None


def only_authors_frames(frames: TracebackType | None) -> TracebackType | None:
    """A traceback up to where the author's code calls this library; whole where it does not."""
    kept: list[TracebackType] = []
    one = frames
    while one is not None and not one.tb_frame.f_code.co_filename.startswith(_LIBRARY):
        kept.append(one)
        one = one.tb_next
    if one is None or not kept:
        return frames
    shortened: TracebackType | None = None
    for frame in reversed(kept):
        shortened = TracebackType(shortened, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shortened


_LIBRARY = os.path.dirname(os.path.abspath(pipeline_lib.__file__)) + os.sep
