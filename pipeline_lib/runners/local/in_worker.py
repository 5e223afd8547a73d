"""Whether this process is a worker, which may import a script that runs a pipeline."""

from __future__ import annotations

import os

from pipeline_lib.errors import PipelineLibError

_WORKER_PID = "PIPELINE_LIB_WORKER_PID"
"""Environment variable that holds a worker's process id: what an executor starts has another."""


def become_worker() -> None:
    """Note that this process is a worker."""
    os.environ[_WORKER_PID] = str(os.getpid())


def refuse_in_worker() -> None:
    """Refuse to run anything while a worker imports the author's module.

    Raises:
        PipelineLibError: this is such a worker.
    """
    if os.environ.get(_WORKER_PID) == str(os.getpid()):
        raise PipelineLibError(
            "A worker imported a module that starts a run. "
            "Put the call under: if __name__ == '__main__':"
        )
