"""The source of what is defined in this session, for the digests of executors' code."""

from __future__ import annotations

import secrets
import sys
from types import ModuleType

from pipeline_lib.execution.main_module import SESSION, main_module_name


def session_source() -> str | None:
    """The session's source; `None` where the program is in a file.

    Of a session that keeps no source (Python's own prompt), it is a text that is no Python and
    that is another one each time: what such a session defines is always taken for changed.
    """
    if main_module_name() != SESSION:
        return None
    shell = running_shell()
    if shell is None:
        return f"\0{secrets.token_hex(8)}"
    from pipeline_lib.interactive.ipython import executed_cells

    return executed_cells(shell).text()


def place_in_session(location: str) -> str:
    """A file and a line, or the cell that they stand for."""
    shell = running_shell()
    if shell is None or not location:
        return location
    from pipeline_lib.interactive.ipython import cell_of_line

    return cell_of_line(location, shell)


def running_shell() -> object | None:
    """IPython's shell, if the session is one of IPython."""
    ipython: ModuleType | None = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
