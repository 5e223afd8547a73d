"""What a context does: compiles the pipeline of a node and runs the part of it that is meant."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from pipeline_lib import ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.interactive.engine import (
    Selection,
    only_these,
    run_selection,
    these_and_what_is_missing,
)
from pipeline_lib.interactive.execution_result import ExecutionResult, PipelineResult
from pipeline_lib.interactive.failure import cause
from pipeline_lib.interactive.known_results import KnownResults, places
from pipeline_lib.interactive.node_states import NodeState, State, node_states
from pipeline_lib.interactive.reachable import with_all_above
from pipeline_lib.interactive.result_of_run import results_of
from pipeline_lib.interactive.session_checks import ImportedModules, check_still_fits
from pipeline_lib.interactive.session_code import session_source
from pipeline_lib.interactive.stale_warning import StaleResultWarning
from pipeline_lib.interactive.status import Status
from pipeline_lib.interactive.workforce import ContextWorkers
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import MetadataStore, open_store
from pipeline_lib.node.environment import check_secrets
from pipeline_lib.node.parameter_values import still_declared
from pipeline_lib.node.run import Run, intended_run, prepare_run
from pipeline_lib.runners.local.container_engine import images_known_here
from pipeline_lib.runners.local.in_worker import refuse_in_worker
from pipeline_lib.runners.local.intended_run import new_run_id
from pipeline_lib.runners.local.result import RunResult, run_error


@dataclass
class Session:
    """The pipeline that a context runs in parts.

    Attributes:
        pipeline_name: name of the pipeline.
        given_root: the pipeline root as it was given.
        root: where outputs are written.
        store: settings of the store.
        beam_pipeline_args: Beam's command-line arguments.
        workers: execute what the session does not.
        show_progress: whether it is shown how a run goes on.
        known: what was run.
        parameters: values given to runtime parameters so far.
    """

    pipeline_name: str
    given_root: str | None
    root: str
    store: MetadataConnectionConfig
    beam_pipeline_args: Sequence[str]
    workers: ContextWorkers
    show_progress: bool
    known: KnownResults = field(default_factory=KnownResults)
    parameters: dict[str, Any] = field(default_factory=dict)
    _imported: ImportedModules = field(default_factory=ImportedModules)

    def run(
        self,
        component: BaseNode,
        enable_cache: bool,
        beam_pipeline_args: Sequence[str] | None,
        parameters: dict[str, Any],
        upstream: str,
    ) -> ExecutionResult | PipelineResult:
        """As `InteractiveContext.run`."""
        _check_upstream(upstream)
        node = adopted(component)
        if not isinstance(node, BaseNode):
            raise AuthoringError(
                f"context.run(...) takes a component or a pipeline, got {node!r} "
                f"of type {type(node).__name__}."
            )
        whole = node if is_whole(node) else None
        pipeline = whole or self._pipeline_of([node], beam_pipeline_args)
        compiled = self._compiled(pipeline)
        with closing(open_store(self.store)) as store:
            run = self._prepared(compiled, parameters, enable_cache)
            if whole is not None:
                selection = Selection(frozenset(compiled.by_id))
            else:
                selection = self._select(node, pipeline, run, store, upstream)
            result = self._run_nodes(pipeline, run, selection, store)
        if isinstance(node, Pipeline):
            return result
        return result[".".join(places(pipeline)[node])]

    def refresh(self, parameters: dict[str, Any]) -> PipelineResult:
        """As `InteractiveContext.refresh`."""
        nodes, _ = self.known.newest()
        if not nodes:
            return PipelineResult(None, {})
        pipeline = self._pipeline_of(nodes)
        compiled = self._compiled(pipeline)
        self.parameters.update(parameters)
        with closing(open_store(self.store)) as store:
            stale = _not_current(self._states(compiled, store))
            if not stale:
                return PipelineResult(None, {})
            run = self._prepared(compiled, parameters, True)
            selection = these_and_what_is_missing(stale, compiled, self.known)
            return self._run_nodes(pipeline, run, selection, store)

    def status(self) -> Status:
        """As `InteractiveContext.status`."""
        nodes, outdated = self.known.newest()
        if not nodes:
            return Status((), outdated)
        compiled = self._compiled(self._pipeline_of(nodes))
        with closing(open_store(self.store)) as store:
            return Status(tuple(self._states(compiled, store)), outdated)

    def compile(self) -> ir.Pipeline:
        """As `InteractiveContext.compile`."""
        nodes, _ = self.known.newest()
        if not nodes:
            raise AuthoringError("Nothing was run in this context: there is no pipeline yet.")
        return self._compiled(self._pipeline_of(nodes, pipeline_root=self.given_root))

    def _select(
        self, node: BaseNode, pipeline: Pipeline, run: Run, store: MetadataStore, upstream: str
    ) -> Selection:
        target = places(pipeline)[node][0]
        states = node_states(run, self.known.last(run.pipeline), store)
        if upstream == "refresh":
            selected = {target} | _not_current(states)
            return these_and_what_is_missing(selected, run.pipeline, self.known)
        selection = only_these([target], run.pipeline, self.known)
        _warn_of_stale([one for one in states if one.node_id != target])
        return selection

    def _run_nodes(
        self, pipeline: Pipeline, run: Run, selection: Selection, store: MetadataStore
    ) -> PipelineResult:
        check_still_fits(pipeline.components)
        self._imported.check(run.pipeline, run.pipeline.every_node())
        ended = run_selection(run, selection, store, self.workers, self.show_progress)
        executions, failures = ended.nodes.executions, ended.nodes.failures
        self.known.note(pipeline, run.pipeline, executions, selection.selected)
        if failures:
            result = RunResult(ended.record, executions, self.store)
            raise run_error(result, failures) from cause(failures, ended.errors)
        results = results_of(pipeline, self.known, selection.selected, ended.record, store)
        return PipelineResult(ended.record, results)

    def _pipeline_of(
        self,
        nodes: Iterable[BaseNode],
        beam_pipeline_args: Sequence[str | RuntimeParameter] | None = None,
        pipeline_root: str | None = None,
    ) -> Pipeline:
        return Pipeline(
            self.pipeline_name,
            pipeline_root,
            components=with_all_above(nodes),
            beam_pipeline_args=beam_pipeline_args or self.beam_pipeline_args,
        )

    def _compiled(self, pipeline: Pipeline) -> ir.Pipeline:
        refuse_in_worker()
        compiled = compile(pipeline, session=session_source())
        check_secrets(compiled.every_node())
        if pipeline.enable_cache is None:
            return replace(compiled, enable_cache=True)
        return compiled

    def _prepared(
        self, compiled: ir.Pipeline, parameters: Mapping[str, Any], use_cache: bool
    ) -> Run:
        given = {**still_declared(compiled, self.parameters), **parameters}
        run = prepare_run(compiled, new_run_id(), given, self.root, use_cache)
        self.parameters.update(parameters)
        return run

    def _states(self, compiled: ir.Pipeline, store: MetadataStore) -> list[NodeState]:
        given = still_declared(compiled, self.parameters)
        run = replace(
            intended_run(compiled, new_run_id(), given, self.root),
            identify_image=images_known_here(compiled.every_node()),
        )
        return node_states(run, self.known.last(run.pipeline), store)


def is_whole(node: object) -> TypeGuard[Pipeline]:
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
