"""`LocalRunner`: runs a pipeline on this machine."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import (
    AuthoringError,
    PipelineLibError,
    RunNotFoundError,
    UnsupportedError,
)
from pipeline_lib.metadata.connection import (
    DEFAULT_STORE,
    MetadataConnectionConfig,
    SqliteConnection,
)
from pipeline_lib.metadata.store import (
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
    RunRecord,
    RunState,
    open_store,
)
from pipeline_lib.node.run import Run, prepare_run
from pipeline_lib.runners.local.events import RunListener, Silent
from pipeline_lib.runners.local.result import RunResult, run_error
from pipeline_lib.runners.local.scheduler import Scheduler
from pipeline_lib.runners.local.worker import WORKER_PID
from pipeline_lib.runners.local.worker_pool import WorkerPool
from pipeline_lib.runners.local.workforce import InThisProcess, Workforce


class LocalRunner:
    """Runs pipelines on this machine, independent nodes side by side.

    Args:
        parallelism: how many nodes may run at once; by default as many as there are cores.
        inline: run the nodes one by one in this process, so that a debugger stops in them.
        progress: show on the terminal how the run goes on.
    """

    def __init__(
        self, parallelism: int | None = None, *, inline: bool = False, progress: bool = True
    ) -> None:
        if parallelism is not None and parallelism < 1:
            raise ValueError(f"parallelism must be at least 1, got {parallelism}.")
        self._parallelism = 1 if inline else parallelism or os.cpu_count() or 1
        self._inline = inline
        self._progress = progress

    def run(
        self,
        pipeline: Pipeline | ir.Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        use_cache: bool = True,
        metadata_connection_config: MetadataConnectionConfig | None = None,
    ) -> RunResult:
        """Run a pipeline, as written or compiled, to its end.

        Args:
            pipeline: what to run.
            parameters: values of its runtime parameters.
            run_id: id of the run; must be new in the store.
            use_cache: `False` runs every node, whatever the pipeline says.
            metadata_connection_config: store to use in place of the pipeline's.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run.
            MetadataStoreError: the store cannot be opened or written.
            PipelineRunError: at least one node failed. All others have run, or were skipped
                because of it.
            KeyboardInterrupt: the user interrupted; what was running is recorded as canceled.
        """
        _refuse_in_worker()
        compiled = pipeline if isinstance(pipeline, ir.Pipeline) else compile(pipeline)
        refuse_unsupported(compiled)
        config = metadata_connection_config or _config_of(pipeline)
        run = prepare_run(
            compiled,
            run_id or new_run_id(),
            parameters or {},
            default_root=os.path.join(".plib", compiled.name),
            use_cache=use_cache,
        )
        result = self._run(run, config)
        if result.run.state is RunState.FAILED:
            raise run_error(result)
        return result

    def _run(self, run: Run, config: MetadataConnectionConfig) -> RunResult:
        # The workers start while the store is opened.
        with closing(self._workforce(run)) as workforce, closing(open_store(config)) as store:
            return self._recorded_run(run, config, store, workforce)

    def _recorded_run(
        self,
        run: Run,
        config: MetadataConnectionConfig,
        store: MetadataStore,
        workforce: Workforce,
    ) -> RunResult:
        listener = self._listener()
        record = RunRecord(
            run.pipeline.name, run.run_id, RunState.RUNNING, run.root, run.runtime_parameters
        )
        _refuse_known_run(run.run_id, store)
        store.record_run(record)
        listener.run_started(run)
        scheduler = Scheduler(run, store, workforce, listener)
        state = RunState.FAILED
        try:
            executions = scheduler.run_all()
            state = _state_of(executions)
        except KeyboardInterrupt:
            state = RunState.CANCELED
            raise
        finally:
            record = replace(record, state=state)
            store.record_run(record)
            listener.run_ended(record)
        return RunResult(record, executions, config)

    def _listener(self) -> RunListener:
        if not self._progress:
            return Silent()
        # Imported here: rich would double the time that importing the library takes.
        from pipeline_lib.runners.local.progress import ConsoleProgress

        return ConsoleProgress()

    def _workforce(self, run: Run) -> Workforce:
        if self._inline:
            return InThisProcess()
        nodes = run.pipeline.nodes
        return WorkerPool(min(self._parallelism, len(nodes)), _executor_modules(nodes))


def _executor_modules(nodes: Sequence[ir.Node]) -> list[str]:
    """Modules of the executor classes, which are those that load heavy libraries, each once."""
    paths = [node.executor.path for node in nodes if isinstance(node.executor, ir.ClassExecutor)]
    return list(dict.fromkeys(path.partition(":")[0] for path in paths))


def new_run_id() -> str:
    """A run id that sorts by time: `20260131-235959-1a2b`."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"


def refuse_unsupported(pipeline: ir.Pipeline) -> None:
    """Refuse what the local runner cannot execute.

    Raises:
        UnsupportedError: a node is a container component.
    """
    for node in pipeline.nodes:
        if isinstance(node.executor, ir.ContainerExecutor):
            raise UnsupportedError(
                f"Node {node.id!r} is a container component (image {node.executor.image!r}), "
                "which the local runner does not run. Compile the pipeline with compile(...) to "
                "run it elsewhere, or use a function component."
            )


def _refuse_in_worker() -> None:
    if os.environ.get(WORKER_PID) == str(os.getpid()):
        raise PipelineLibError(
            "A worker imported a module that starts a run. "
            "Put the call under: if __name__ == '__main__':"
        )


def _refuse_known_run(run_id: str, store: MetadataStore) -> None:
    try:
        known = store.run(run_id)
    except RunNotFoundError:
        return
    raise AuthoringError(
        f"The store holds a run {run_id!r} already, of pipeline {known.pipeline_name!r}. "
        "Give another run_id, or leave it out."
    )


def _config_of(pipeline: Pipeline | ir.Pipeline) -> MetadataConnectionConfig:
    config = getattr(pipeline, "metadata_connection_config", None)
    return config or SqliteConnection(DEFAULT_STORE)


def _state_of(executions: Mapping[str, ExecutionRecord]) -> RunState:
    failed = any(one.state is ExecutionState.FAILED for one in executions.values())
    return RunState.FAILED if failed else RunState.COMPLETE
