"""`LocalRunner`: runs a pipeline on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from pipeline_lib import ir
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.metadata.connection import (
    DEFAULT_STORE,
    MetadataConnectionConfig,
    SqliteConnection,
)
from pipeline_lib.metadata.store import MetadataStore, open_store
from pipeline_lib.metadata.tracking import refuse_bad_tags
from pipeline_lib.node.environment import check_secrets
from pipeline_lib.node.parameter_values import still_declared
from pipeline_lib.node.run import Run, prepare_run
from pipeline_lib.runners.code_version import code_folder
from pipeline_lib.runners.given_pipeline import as_compiled, own_store
from pipeline_lib.runners.local.beginning import (
    Beginning,
    begin,
    begin_again,
    canceled_if_interrupted,
)
from pipeline_lib.runners.local.capacity import Capacity
from pipeline_lib.runners.local.container_engine import ContainerEngine, engine_for
from pipeline_lib.runners.local.events import RunListener, Silent, told_aside
from pipeline_lib.runners.local.in_worker import refuse_in_worker
from pipeline_lib.runners.local.intended_run import default_root, new_run_id
from pipeline_lib.runners.local.partial_run import select
from pipeline_lib.runners.local.result import RunResult, run_error
from pipeline_lib.runners.local.resuming import check_resumable
from pipeline_lib.runners.local.run_files import kept_pipeline
from pipeline_lib.runners.local.run_lock import sole_runner
from pipeline_lib.runners.local.run_nodes import run_nodes
from pipeline_lib.runners.local.run_options import RunOptions, refuse_text
from pipeline_lib.runners.local.termination import ended_in_order
from pipeline_lib.runners.local.with_containers import identifying_images, with_containers
from pipeline_lib.runners.local.workforce import InThisProcess, Workforce
from pipeline_lib.runners.local.workforce_of_run import workers_for
from pipeline_lib.runners.tracking import Tracking

_DEFAULT_STORE = SqliteConnection(DEFAULT_STORE)


class LocalRunner:
    """Runs pipelines on this machine, independent nodes side by side.

    Args:
        parallelism: how many nodes may run at once; by default as many as there are cores.
        inline: run the nodes one by one in this process, so that a debugger stops in them; their
            timeouts are not watched.
        progress: show on the terminal how the run goes on.
        cpus: cores that nodes with the option `cpus` may occupy together; by default all.
        memory: bytes that nodes with the option `memory` may occupy together; by default all.
        container_network: network of the containers, as `docker run --network` takes it; by
            default the engine's own.
    """

    def __init__(
        self,
        parallelism: int | None = None,
        *,
        inline: bool = False,
        progress: bool = True,
        cpus: float | None = None,
        memory: int | None = None,
        container_network: str = "",
    ) -> None:
        if parallelism is not None and parallelism < 1:
            raise ValueError(f"parallelism must be at least 1, got {parallelism}.")
        self._parallelism = 1 if inline else parallelism or os.cpu_count() or 1
        self._inline = inline
        self._progress = progress
        self._cpus = cpus
        self._memory = memory
        self._container_network = container_network

    def run(
        self,
        pipeline: Pipeline | ir.Pipeline,
        parameters: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        use_cache: bool = True,
        options: RunOptions | None = None,
        tags: Sequence[str] = (),
        source_folder: str | None = None,
        metadata_connection_config: MetadataConnectionConfig | None = None,
    ) -> RunResult:
        """Run a pipeline, as written or compiled, to its end.

        Args:
            pipeline: what to run.
            parameters: values of its runtime parameters.
            run_id: id of the run; must be new in the store.
            use_cache: `False` runs every node, whatever the pipeline says.
            options: which part of it to run; by default all.
            tags: words by which to find the run again, and by which a `Channel` finds its
                artifacts.
            source_folder: folder of the git repository whose commit is recorded; by default that
                of the pipeline's components, or the working directory.
            metadata_connection_config: store to use in place of the pipeline's.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run.
            MetadataStoreError: the store cannot be opened or written.
            PipelineRunError: at least one node failed. All others have run, or were skipped
                because of it.
            KeyboardInterrupt: the user interrupted; what was running is recorded as canceled.
        """
        refuse_text(tags, "run(tags=...) takes a list of words")
        refuse_bad_tags(tags)
        config = metadata_connection_config or own_store(pipeline) or _DEFAULT_STORE
        compiled = self._checked(pipeline)
        options = options or RunOptions()
        partial = None
        if options.is_partial:
            partial = select(compiled, options.from_nodes, options.to_nodes)
        base_run = options.base_run
        with self._engine(compiled, partial.selected if partial else None) as engine:
            run = prepare_run(
                compiled,
                run_id or new_run_id(),
                parameters or {},
                default_root=default_root(compiled),
                use_cache=use_cache,
            )
            return self._run(
                run,
                config,
                source_folder,
                lambda store, tracking: begin(run, partial, base_run, tags, store, tracking),
                engine,
            )

    def resume(
        self,
        run_id: str,
        pipeline: Pipeline | ir.Pipeline | None = None,
        *,
        source_folder: str | None = None,
        metadata_connection_config: MetadataConnectionConfig | None = None,
    ) -> RunResult:
        """Go on with a run that was interrupted, killed or has failed.

        Nodes that are complete are not run again; the parameters, and whether the cache is used,
        are those that the run was started with.

        Args:
            run_id: id of the run.
            pipeline: the pipeline, whose code may have been mended; by default as it was compiled
                when the run was started.
            source_folder: as `run` takes it.
            metadata_connection_config: store that holds the run, in place of the pipeline's.

        Raises:
            RunNotFoundError: the store holds no such run, or its compiled pipeline is gone.
            AuthoringError: the run has finished, or is one of another pipeline.
            PipelineLibError: it is still running.
            PipelineRunError: as `run` raises it.
        """
        config = metadata_connection_config or own_store(pipeline) or _DEFAULT_STORE
        with closing(open_store(config)) as store:
            earlier = store.run(run_id)
        compiled = self._checked(kept_pipeline(earlier) if pipeline is None else pipeline)
        check_resumable(earlier, compiled.name)
        # The root of a run stays, whatever folder it is resumed from.
        rootless = replace(compiled, root=None)
        with self._engine(compiled, earlier.only or None) as engine:
            run = prepare_run(
                rootless,
                run_id,
                still_declared(compiled, earlier.parameters),
                default_root=earlier.pipeline_root,
                use_cache=earlier.use_cache,
            )
            return self._run(
                run,
                config,
                source_folder,
                lambda store, tracking: begin_again(run, earlier, store, tracking),
                engine,
            )

    def _checked(self, pipeline: Pipeline | ir.Pipeline) -> ir.Pipeline:
        """The pipeline compiled, after a look whether this machine has room for its nodes."""
        refuse_in_worker()
        compiled = as_compiled(pipeline)
        capacity = Capacity.of_machine(self._parallelism, self._cpus, self._memory)
        for node in compiled.every_node():
            capacity.check(node)
        return compiled

    @contextmanager
    def _engine(
        self, pipeline: ir.Pipeline, only: Collection[str] | None
    ) -> Iterator[ContainerEngine | None]:
        """What runs the containers of a run, after a look whether the nodes can run at all."""
        nodes = list(pipeline.every_node(only))
        check_secrets(nodes)
        with engine_for(nodes, self._container_network) as engine:
            yield engine

    def _run(
        self,
        run: Run,
        config: MetadataConnectionConfig,
        source_folder: str | None,
        beginning: Callable[[MetadataStore, Tracking], Beginning],
        engine: ContainerEngine | None,
    ) -> RunResult:
        # Git answers, and the workers start, while the store is opened.
        with (
            ended_in_order(),
            closing(Tracking(source_folder or code_folder(run.pipeline))) as tracking,
            sole_runner(run.run_id, run.root) as lock,
            closing(with_containers(self._workforce(run, lock), engine)) as workforce,
            closing(open_store(config)) as store,
            # Before the store is closed, also where canceling was interrupted.
            closing(workforce),
            canceled_if_interrupted(run.run_id, store),
            self._listener(store) as listener,
        ):
            run = identifying_images(run, engine, listener)
            begun = beginning(store, tracking)
            capacity = Capacity.of_machine(workforce.size, self._cpus, self._memory)
            record, ended = run_nodes(run, store, workforce, capacity, listener, begun)
            result = RunResult(record, ended.executions, config)
            if ended.failures:
                raise run_error(result, ended.failures)
            return result

    def _listener(self, store: MetadataStore) -> AbstractContextManager[RunListener]:
        if not self._progress:
            return nullcontext(Silent())
        if self._inline:
            # Nodes that run in this process may print in between, or stop in a debugger.
            return nullcontext(_terminal_progress(store, self._parallelism, may_live=False))
        return told_aside(lambda: _terminal_progress(store, self._parallelism, may_live=True))

    def _workforce(self, run: Run, lock: int) -> Workforce:
        if self._inline:
            return InThisProcess()
        return workers_for(run.pipeline, self._parallelism, kept_open=lock)


def _terminal_progress(store: MetadataStore, places: int, may_live: bool) -> RunListener:
    # Imported here: rich would double the time that importing the library takes.
    from pipeline_lib.runners.local.progress import terminal_progress

    return terminal_progress(store, places, may_live=may_live)
