"""TensorFlow Serving's own binary as a process."""

from __future__ import annotations

import shutil

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.local_process import LocalProcess
from pipeline_lib.serving.model_servers.model_server import ServedModel

BINARY = "tensorflow_model_server"
"""Its name."""


def tensorflow_model_server(
    model: ServedModel, binary: str = BINARY, memory_limit: int | None = None
) -> LocalProcess:
    """The server that `binary`, a name on PATH or a path, is; see `LocalProcess`.

    Raises:
        DataError: there is no such program.
    """
    program = shutil.which(binary)
    if program is None:
        raise DataError(
            f"There is no program {binary!r}. Install TensorFlow Serving's tensorflow_model_server "
            "or give its path, or validate with the embedded server."
        )
    return LocalProcess(f"{binary!r}", (program,), model, memory_limit)
