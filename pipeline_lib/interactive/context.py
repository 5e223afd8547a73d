"""`InteractiveContext`: runs components one by one, with the means of the local runner."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, overload

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.interactive.execution_result import ExecutionResult, PipelineResult
from pipeline_lib.interactive.export import (
    ExportedPipeline,
    exported_cells,
    module_with_pipeline,
    running_notebook,
)
from pipeline_lib.interactive.session import Session, is_whole
from pipeline_lib.interactive.session_code import running_shell
from pipeline_lib.interactive.showing import artifacts_of, display
from pipeline_lib.interactive.status import Status
from pipeline_lib.interactive.workforce import ContextWorkers
from pipeline_lib.metadata.connection import (
    DEFAULT_STORE,
    MetadataConnectionConfig,
    SqliteConnection,
)


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
        self.metadata_connection_config = _absolute(
            metadata_connection_config or SqliteConnection(DEFAULT_STORE)
        )
        self.beam_pipeline_args = list(beam_pipeline_args or ())
        root = self.pipeline_root or os.path.join(".plib", self.pipeline_name)
        self._session = Session(
            self.pipeline_name,
            self.pipeline_root,
            os.path.abspath(root) if files.is_local(root) else root,
            self.metadata_connection_config,
            self.beam_pipeline_args,
            ContextWorkers(parallelism or os.cpu_count() or 1),
            progress,
        )
        _follow_session()

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
            beam_pipeline_args: in place of the context's; a pipeline has its own.
            parameters: values of runtime parameters; this context keeps them for its next runs.
            upstream: `"keep"` takes the results above the component as they are, and warns if one
                is stale; `"refresh"` first runs what is missing or stale above it.

        Raises:
            AuthoringError: it cannot run as it is written, or a result that it needs is missing.
            PipelineRunError: it failed; the exception itself is its cause.
            KeyboardInterrupt: the user interrupted; the run is recorded as canceled.
        """
        try:
            return self._session.run(
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
            return self._session.refresh(dict(parameters or {}))
        except PipelineLibError as error:
            raise error.with_traceback(None) from error.__cause__

    def status(self) -> Status:
        """Whether what was run here is up to date, and if not why: a table."""
        return self._session.status()

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
        return self._session.compile()

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
            pipeline=next((one for one in named if is_whole(variables.get(one))), ""),
            components=self._session.known.variables(named, variables),
            parameters=self._session.parameters,
        )
        Path(path).write_text(module_with_pipeline(cells, made), encoding="utf-8")


def _absolute(config: MetadataConnectionConfig) -> MetadataConnectionConfig:
    """The same store, also when the session has gone to another folder."""
    if isinstance(config, SqliteConnection):
        return SqliteConnection(os.path.abspath(config.path))
    return config


def _follow_session() -> None:
    shell = running_shell()
    if shell is not None:
        from pipeline_lib.interactive import ipython

        ipython.executed_cells(shell)
        ipython.add_magics(shell)
        ipython.show_errors_briefly(shell)
