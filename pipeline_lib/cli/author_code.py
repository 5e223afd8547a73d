"""Importing and calling an author's code, with errors that point at the author's line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from pipeline_lib.errors import PipelineLibError, UserModuleError
from pipeline_lib.node.failure import error_record


@contextmanager
def author_code(what: str) -> Iterator[None]:
    """Run the author's code in the `with` block; what it prints goes to standard error.

    Args:
        what: what is being done, for the message: `File 'x.py' cannot be imported`.

    Raises:
        UserModuleError: the code raised.
    """
    try:
        # Standard output is for the command's own result.
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        raise UserModuleError(_message(what, error)) from error


def _message(what: str, error: BaseException) -> str:
    if isinstance(error, SyntaxError):  # it says itself where it is
        return f"{what}: {type(error).__name__}: {error}"
    location = error_record(error).location
    at = f"\n  at {location}" if location else ""
    if isinstance(error, PipelineLibError):
        return f"{error}{at}"
    return f"{what}: {type(error).__name__}: {error}{at}{_advice(error)}"


def _advice(error: BaseException) -> str:
    wants_tfx = isinstance(error, ModuleNotFoundError) and f"{error.name}.".startswith("tfx.")
    if not wants_tfx:
        return ""
    return (
        "\nTo run what is written for TFX without TFX: plib run --as-tfx; "
        "or import 'from pipeline_lib import tfx'."
    )
