"""A workforce part of whose work is done in containers."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from pipeline_lib.node.request import ExecutionRequest, Outcome
from pipeline_lib.node.run import Run
from pipeline_lib.runners.local.container_engine import ContainerEngine
from pipeline_lib.runners.local.container_work import execute_in_container
from pipeline_lib.runners.local.events import RunListener
from pipeline_lib.runners.local.workforce import Workforce


class WithContainers:
    """Lets the engine do what runs in an image, and another workforce all else.

    Args:
        workforce: does all else.
        engine: runs the containers.
    """

    def __init__(self, workforce: Workforce, engine: ContainerEngine) -> None:
        self.size = workforce.size
        self.threads: Executor = workforce.threads
        self._workforce = workforce
        self._engine = engine

    def execute(self, request: ExecutionRequest) -> Outcome:
        """Execute a request and wait for its outcome."""
        if request.image is not None:
            return execute_in_container(request, self._engine)
        return self._workforce.execute(request)

    def cancel(self) -> None:
        """End the containers first: the others wait until all threads have nothing to do."""
        self._engine.cancel()
        self._workforce.cancel()

    def close(self) -> None:
        """Release processes and threads; no container runs without one."""
        self._engine.cancel()
        self._workforce.close()


def with_containers(workforce: Workforce, engine: ContainerEngine | None) -> Workforce:
    """The workforce, and the engine where there is one."""
    return workforce if engine is None else WithContainers(workforce, engine)


def identifying_images(run: Run, engine: ContainerEngine | None, listener: RunListener) -> Run:
    """The run, whose nodes learn from the engine which images they run in."""
    if engine is None:
        return run
    return replace(run, identify_image=partial(engine.identify, on_pull=listener.image_pulled))
