"""Making `import tfx` mean this library, in this process and in the workers of its runs."""

from __future__ import annotations

import importlib
import os
import sys

from pipeline_lib.errors import UserModuleError

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "on_path")


def serve_as_tfx() -> None:
    """Let `import tfx`, and of modules below it, find this library; TFX need not be installed.

    Call it again after `sys.path` has been changed: the folder that does it must come first.

    Raises:
        UserModuleError: this process has imported TFX itself.
    """
    sys.path[:] = [_FOLDER, *(folder for folder in sys.path if folder != _FOLDER)]
    module = importlib.import_module("tfx")
    if not str(module.__file__).startswith(_FOLDER):
        raise UserModuleError(
            f"This process has imported TFX itself, from {module.__file__!r}. "
            "Serve pipeline_lib as 'tfx' before anything imports it."
        )
