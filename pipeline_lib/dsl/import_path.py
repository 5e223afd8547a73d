"""Where a function or class can be imported from: `package.module:name`."""

from __future__ import annotations

from typing import Any

from pipeline_lib.errors import AuthoringError
from pipeline_lib.execution.main_module import main_module_name


def import_path(target: Any, what: str) -> str:
    """`package.module:name` of a function or class; `__main__:name` in an interactive session.

    Args:
        target: the function or class.
        what: what it is, for the message.

    Raises:
        AuthoringError: it is defined inside a function.
    """
    if "<" in target.__qualname__:
        raise AuthoringError(
            f"{what} {target.__name__!r} is defined inside another function or as a lambda. "
            "Another process must be able to import it: define it at the top of a module."
        )
    return f"{module_name(target)}:{target.__qualname__}"


def module_name(target: Any) -> str:
    """Name under which the module of `target` can be imported; a script has its file's."""
    module: str = target.__module__
    return main_module_name() if module == "__main__" else module
