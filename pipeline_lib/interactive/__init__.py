"""Running components one by one in a notebook or another interactive session.

`%load_ext pipeline_lib.interactive` brings the magic `%%skip_for_export` before there is a context.
"""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls on `%load_ext`, as of TFX's extension with the same magic."""
    from pipeline_lib.interactive.ipython import add_magics

    add_magics(shell)
