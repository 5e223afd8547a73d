"""This library's own server as a process: it is there wherever the library is."""

from __future__ import annotations

import sys

from pipeline_lib.serving.model_servers.local_process import LocalProcess
from pipeline_lib.serving.model_servers.model_server import ServedModel


def embedded_server(model: ServedModel, memory_limit: int | None = None) -> LocalProcess:
    """The embedded server; see `LocalProcess`."""
    program = (sys.executable, "-m", "pipeline_lib.serving")
    return LocalProcess("the embedded server", program, model, memory_limit)
