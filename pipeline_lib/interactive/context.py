"""`InteractiveContext`: runs components one by one, with the means of the local runner."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, overload

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, PipelineLibError
from pipeline_lib.interactive.engine import (
    EndedRun,
    Selection,
    only_these,
    run_selection,
    these_and_what_is_missing,
)
from pipeline_lib.interactive.execution_result import ExecutionResult, PipelineResult
from pipeline_lib.interactive.export import (
    ExportedPipeline,
    exported_cells,
    module_with_pipeline,
    running_notebook,
)
from pipeline_lib.interactive.failure import cause
from pipeline_lib.interactive.known_results import KnownResults, places
from pipeline_lib.interactive.node_states import NodeState, State, node_states
from pipeline_lib.interactive.reachable import with_all_above
from pipeline_lib.interactive.result_of_run import results_of
from pipeline_lib.interactive.session_checks import ImportedModules, check_still_fits
from pipeline_lib.interactive.session_code import running_shell, session_source
from pipeline_lib.interactive.showing import artifacts_of, display
from pipeline_lib.interactive.stale_warning import StaleResultWarning
from pipeline_lib.interactive.status import Status
from pipeline_lib.interactive.workforce import ContextWorkers
from pipeline_lib.metadata.connection import (
    DEFAULT_STORE,
    MetadataConnectionConfig,
    SqliteConnection,
)
from pipeline_lib.metadata.store import MetadataStore, open_store
from pipeline_lib.node.run import Run, intended_run, prepare_run
from pipeline_lib.runners.local.result import RunResult, run_error
from pipeline_lib.runners.local.runner import new_run_id, refuse_in_worker, refuse_unsupported


class InteractiveContext:
    """Runs components one by one, a whole pipeline, or what of it is stale.

        context = InteractiveContext()
        example_gen = CsvExampleGen(input_base="data")
        context.run(example_gen)
        example_gen.outputs["examples"].get()[0].uri

    What is run is recorded like every other run, and earlier results serve again: a node is
    executed when its code, its parameters or its inputs have changed. Components can be defined in
    the session itself, and defined anew.

    Args:
        pipeline_name: name of the pipeline that the runs are recorded under.
        pipeline_root: directory or URI below which outputs are written.
        metadata_connection_config: which store to use.
        beam_pipeline_args: Beam's command-line arguments.
        parallelism: how many nodes may run at once; by default as many as there are cores. Nodes
            that are defined in the session run one by one, in this process.
        progress: show how a run goes on.
    """

    def __init__(
        self,
        pipeline_name: str | None = None,
        pipeline_root: str | os.PathLike[str] | None = None,
        metadata_connection_config: MetadataConnectionConfig | None = None,
        beam_pipeline_args: Sequence[str] | None = None,
        *,
        parallelism: int | None = None,
        progress: bool = True,
    ) -> None:
        self.pipeline_name = pipeline_name or "interactive"
        self.pipeline_root = None if pipeline_root is None else os.fspath(pipeline_root)
        self._given_store = metadata_connection_config
        # Absolute: the session may go to another folder.
        self.metadata_connection_config = metadata_connection_config or SqliteConnection(
            os.path.abspath(DEFAULT_STORE)
        )
        self.beam_pipeline_args = list(beam_pipeline_args or ())
        self._default_root = os.path.abspath(os.path.join(".plib", self.pipeline_name))
        self._progress = progress
        self._workers = ContextWorkers(parallelism or os.cpu_count() or 1)
        self._known = KnownResults()
        self._parameters: dict[str, Any] = {}
        self._imported = ImportedModules()
        self._follow_session()

    @overload
    def run(  # type: ignore[overload-overlap]
        self,
        component: Pipeline,
        enable_cache: bool = True,
        beam_pipeline_args: Sequence[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        upstream: Literal["keep", "refresh"] = "keep",
    ) -> PipelineResult: ...

    @overload
    def run(
        self,
        component: BaseNode,
        enable_cache: bool = True,
        beam_pipeline_args: Sequence[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        upstream: Literal["keep", "refresh"] = "keep",
    ) -> ExecutionResult: ...

    def run(
        self,
        component: BaseNode,
        enable_cache: bool = True,
        beam_pipeline_args: Sequence[str] | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        upstream: Literal["keep", "refresh"] = "keep",
    ) -> ExecutionResult | PipelineResult:
        """Run a component, or all nodes of a pipeline.

        Afterwards the outputs of what was run hold their artifacts: `outputs["model"].get()`.

        Args:
            component: the component; what it reads must have been run in this context. Of a
                pipeline all nodes are run, recorded under its own name.
            enable_cache: `False` executes what is run, whatever there is of earlier results.
            beam_pipeline_args: in place of the context's.
            parameters: values of runtime parameters; this context keeps them for its next runs.
            upstream: `"keep"` takes the results above the component as they are, and warns if one
                is stale; `"refresh"` first runs what is missing or stale above it.

        Raises:
            AuthoringError: it cannot run as it is written, or a result that it needs is missing.
            PipelineRunError: it failed; the exception itself is its cause.
            KeyboardInterrupt: the user interrupted; the run is recorded as canceled.
        """
        try:
            return self._run(
                component, enable_cache, beam_pipeline_args, dict(parameters or {}), upstream
            )
        except PipelineLibError as error:
            # The author's cell is what matters, and not how we came upon the error.
            raise error.with_traceback(None) from error.__cause__

    def refresh(self, parameters: Mapping[str, Any] | None = None) -> PipelineResult:
        """Run again what is stale of all that was run in this context, and what comes after it.

        Args:
            parameters: as in `run`.

        Raises:
            PipelineRunError: a node failed.
        """
        try:
            return self._refresh(dict(parameters or {}))
        except PipelineLibError as error:
            raise error.with_traceback(None) from error.__cause__

    def status(self) -> Status:
        """Whether what was run here is up to date, and if not why: a table."""
        nodes, outdated = self._known.newest()
        if not nodes:
            return Status((), outdated)
        compiled = self._compiled(self._pipeline_of(nodes, None))
        with closing(open_store(self.metadata_connection_config)) as store:
            return Status(tuple(self._states(compiled, store)), outdated)

    def show(self, item: Artifact | OutputChannel | BaseNode | ExecutionResult) -> None:
        """Show an artifact, what a channel holds, or all that a node has written.

        How an artifact is shown depends on its type; `register_renderer` gives another way.

        Raises:
            AuthoringError: it is nothing of that, or has not run in this context.
        """
        display(artifacts_of(item))

    def compile(self) -> ir.Pipeline:
        """The compiled pipeline of all that was run in this context.

        Raises:
            AuthoringError: nothing was.
        """
        nodes, _ = self._known.newest()
        if not nodes:
            raise AuthoringError("Nothing was run in this context: there is no pipeline yet.")
        return self._compiled(self._pipeline_of(nodes, None))

    def export_to_pipeline(
        self,
        path: str | os.PathLike[str],
        notebook: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write a module that defines the pipeline of this notebook, and runs it as a program.

        Its function `create_pipeline` gives the pipeline of what was run here. Cells with the tag
        `skip` or the magic `%%skip_for_export` are left out, as is what is done with the context.

        Args:
            path: the module's file; an existing one is overwritten.
            notebook: the notebook, as it is saved; by default the one that runs here, where the
                tool that shows it tells its path.

        Raises:
            AuthoringError: nothing was run here, or the notebook's path is not known.
            UserModuleError: the notebook cannot be read.
        """
        self.compile()
        variables = vars(sys.modules["__main__"])
        own_names = [name for name, value in variables.items() if value is self]
        cells, named = exported_cells(notebook or running_notebook(), own_names)
        settings: dict[str, Any] = {"pipeline_name": self.pipeline_name, "enable_cache": True}
        if self.pipeline_root is not None:
            settings["pipeline_root"] = self.pipeline_root
        if isinstance(self._given_store, SqliteConnection):
            settings["metadata_connection_config"] = self._given_store
        if self.beam_pipeline_args:
            settings["beam_pipeline_args"] = self.beam_pipeline_args
        made = ExportedPipeline(
            settings,
            pipeline=next((one for one in named if _is_whole(variables.get(one))), ""),
            components=self._known.variables(named, variables),
            parameters=self._parameters,
        )
        Path(path).write_text(module_with_pipeline(cells, made), encoding="utf-8")

    def _run(
        self,
        component: BaseNode,
        enable_cache: bool,
        beam_pipeline_args: Sequence[str] | None,
        parameters: dict[str, Any],
        upstream: str,
    ) -> ExecutionResult | PipelineResult:
        _check_upstream(upstream)
        node = adopted(component)
        if not isinstance(node, BaseNode):
            raise AuthoringError(
                f"context.run(...) takes a component or a pipeline, got {node!r} "
                f"of type {type(node).__name__}."
            )
        is_whole = _is_whole(node)
        pipeline = node if is_whole else self._pipeline_of([node], beam_pipeline_args)
        assert isinstance(pipeline, Pipeline)
        compiled = self._compiled(pipeline)
        with closing(open_store(self.metadata_connection_config)) as store:
            run = self._prepared(compiled, parameters, enable_cache)
            if is_whole:
                selection = Selection(frozenset(compiled.by_id))
            else:
                selection = self._select(node, pipeline, run, store, upstream)
            ended = self._run_nodes(pipeline, run, selection, store)
            results = results_of(pipeline, self._known, selection.selected, ended.record, store)
        self._raise_failure(ended)
        if isinstance(node, Pipeline):
            return PipelineResult(ended.record, results)
        return results[".".join(places(pipeline)[node])]

    def _refresh(self, parameters: dict[str, Any]) -> PipelineResult:
        nodes, _ = self._known.newest()
        if not nodes:
            return PipelineResult(None, {})
        pipeline = self._pipeline_of(nodes, None)
        compiled = self._compiled(pipeline)
        self._parameters.update(parameters)
        with closing(open_store(self.metadata_connection_config)) as store:
            stale = _not_current(self._states(compiled, store))
            if not stale:
                return PipelineResult(None, {})
            run = self._prepared(compiled, parameters, True)
            selection = these_and_what_is_missing(stale, compiled, self._known)
            ended = self._run_nodes(pipeline, run, selection, store)
            results = results_of(pipeline, self._known, selection.selected, ended.record, store)
        self._raise_failure(ended)
        return PipelineResult(ended.record, results)

    def _select(
        self, node: BaseNode, pipeline: Pipeline, run: Run, store: MetadataStore, upstream: str
    ) -> Selection:
        target = places(pipeline)[node][0]
        states = node_states(run, self._known.last(run.pipeline), store)
        if upstream == "refresh":
            selected = {target} | _not_current(states)
            return these_and_what_is_missing(selected, run.pipeline, self._known)
        selection = only_these([target], run.pipeline, self._known)
        _warn_of_stale([one for one in states if one.node_id != target])
        return selection

    def _run_nodes(
        self, pipeline: Pipeline, run: Run, selection: Selection, store: MetadataStore
    ) -> EndedRun:
        check_still_fits(pipeline.components)
        self._imported.check(run.pipeline, run.pipeline.every_node())
        ended = run_selection(run, selection, store, self._workers, self._progress)
        self._known.note(pipeline, run.pipeline, ended.nodes.executions, selection.selected)
        return ended

    def _raise_failure(self, ended: EndedRun) -> None:
        if ended.nodes.failures:
            result = RunResult(
                ended.record, ended.nodes.executions, self.metadata_connection_config
            )
            raise run_error(result, ended.nodes.failures) from cause(
                ended.nodes.failures, ended.errors
            )

    def _pipeline_of(
        self, nodes: Iterable[BaseNode], beam_pipeline_args: Sequence[str | RuntimeParameter] | None
    ) -> Pipeline:
        return Pipeline(
            self.pipeline_name,
            self.pipeline_root,
            components=with_all_above(nodes),
            beam_pipeline_args=beam_pipeline_args or self.beam_pipeline_args,
        )

    def _compiled(self, pipeline: Pipeline) -> ir.Pipeline:
        refuse_in_worker()
        compiled = compile(pipeline, session=session_source())
        refuse_unsupported(compiled)
        if pipeline.enable_cache is None:
            return replace(compiled, enable_cache=True)
        return compiled

    def _prepared(
        self, compiled: ir.Pipeline, parameters: Mapping[str, Any], use_cache: bool
    ) -> Run:
        given = {**self._declared(compiled), **parameters}
        run = prepare_run(compiled, new_run_id(), given, self._default_root, use_cache)
        self._parameters.update(parameters)
        return run

    def _states(self, compiled: ir.Pipeline, store: MetadataStore) -> list[NodeState]:
        given = self._declared(compiled)
        run = intended_run(compiled, new_run_id(), given, self._default_root)
        return node_states(run, self._known.last(run.pipeline), store)

    def _declared(self, compiled: ir.Pipeline) -> dict[str, Any]:
        """The parameters given so far that a pipeline declares."""
        names = {parameter.name for parameter in compiled.runtime_parameters}
        return {name: value for name, value in self._parameters.items() if name in names}

    def _follow_session(self) -> None:
        shell = running_shell()
        if shell is not None:
            from pipeline_lib.interactive import ipython

            ipython.executed_cells(shell)
            ipython.add_magics(shell)
            ipython.show_errors_briefly(shell)


def _is_whole(node: object) -> bool:
    """Whether it is a pipeline of its own, and no part of another."""
    return isinstance(node, Pipeline) and not node.inputs


def _check_upstream(upstream: str) -> None:
    if upstream not in ("keep", "refresh"):
        raise AuthoringError(
            f'context.run(..., upstream=...) is "keep" or "refresh", got {upstream!r}.'
        )


def _not_current(states: Iterable[NodeState]) -> set[str]:
    return {one.node_id for one in states if one.state is not State.CURRENT}


def _warn_of_stale(states: Iterable[NodeState]) -> None:
    for one in states:
        if one.state is State.STALE:
            reasons = "; ".join(one.reasons)
            warnings.warn(
                f"The result of {one.instance!r} is stale: {reasons}. Run it again, or use "
                'context.run(..., upstream="refresh").',
                StaleResultWarning,
                stacklevel=5,
            )
