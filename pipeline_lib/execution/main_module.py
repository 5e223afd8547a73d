"""The program that is running, as other processes can import it."""

from __future__ import annotations

import os
import sys

SESSION = "__main__"
"""The module of an interactive session, which no other process can import."""


def main_module_name() -> str:
    """Name under which `__main__` can be imported: of its module, or of its script's file.

    An interactive session, which is in no file, has the name `SESSION`.
    """
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file: str = getattr(main, "__file__", None) or ""
    # A program that Python reads from its input has the file "<stdin>".
    is_in_file = file and not file.startswith("<")
    return os.path.basename(file).removesuffix(".py") if is_in_file else SESSION
