"""Where a function or class can be imported from: `package.module:name`."""

from __future__ import annotations

from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.execution.main_module import main_module_name


def import_path(target: Any, what: str) -> str:
    """`package.module:name` of a function or class that other processes must be able to import.

    Args:
        target: the function or class.
        what: what it is, for the message.

    Raises:
        AuthoringError: it is defined inside a function, or in no file.
    """
    if "<" in target.__qualname__:
        raise AuthoringError(
            f"{what} {target.__name__!r} is defined inside another function or as a lambda. "
            "Another process must be able to import it: define it at the top of a module."
        )
    return f"{module_name(target, what)}:{target.__qualname__}"


def module_name(target: Any, what: str) -> str:
    """Name under which the module of `target` can be imported; a script has its file's."""
    module: str = target.__module__
    if module != "__main__":
        return module
    name = main_module_name()
    if not name:
        raise AuthoringError(
            f"{what} {target.__name__!r} is defined in an interactive session. "
            "Another process must be able to import it: put it into a .py file."
        )
    return name
