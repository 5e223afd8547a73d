"""The program that is running, as other processes can import it."""

from __future__ import annotations

import os
import sys


def main_module_name() -> str:
    """Name under which `__main__` can be imported: of its module, or of its script's file.

    Empty in an interactive session, which is in no file.
    """
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    return os.path.basename(getattr(main, "__file__", None) or "").removesuffix(".py")
