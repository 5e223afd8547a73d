"""Shows a run on the terminal: as a tree that lives, or as a line for each node that ended."""

from __future__ import annotations

import os

from rich.console import Console

from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.runners.local.earlier_times import EarlierTimes
from pipeline_lib.runners.local.events import RunListener
from pipeline_lib.runners.local.live_tree import LiveTree
from pipeline_lib.runners.local.progress_lines import ProgressLines

_IN_NOTEBOOK = "JPY_PARENT_PID"
"""Set for what a notebook's cell runs with `!`: a terminal that draws nothing twice."""


class _LastingConsole(Console):
    """Falls silent when nobody reads any more, as of `plib run ... | head`: the run goes on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


def terminal_progress(
    store: MetadataStore | None = None, places: int = 1, *, may_live: bool = True
) -> RunListener:
    """What shows a run on standard error.

    A terminal gets a tree that is drawn again and again, anything else plain lines: `FORCE_COLOR`
    colours a log that is kept, and must not fill it with the tree's every state. `NO_COLOR` takes
    the colours away.

    Args:
        store: holds earlier runs, by which it is told how long this one will go on.
        places: how many nodes may run at once.
        may_live: `False` for lines on a terminal too, because nodes may use it themselves.
    """
    console = _LastingConsole(stderr=True, highlight=False)
    may_live = may_live and _IN_NOTEBOOK not in os.environ and not console.is_dumb_terminal
    if may_live and console.file.isatty():
        return LiveTree(console, EarlierTimes(store) if store is not None else None, places)
    return ProgressLines(console)
