"""TFX's `LocalDagRunner` and `RunOptions`: ours, with the call forms that TFX's have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pipeline_lib import ir
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.runners.local.run_options import RunOptions as NativeRunOptions
from pipeline_lib.runners.local.runner import LocalRunner
from pipeline_lib.tfx.orchestration.exit_handlers import sole_handler, with_exit_handler

if TYPE_CHECKING:
    from pipeline_lib.runners.local.result import RunResult

RunPipeline = Callable[[Pipeline | ir.Pipeline, NativeRunOptions], Any]
"""Runs the pipeline that a program gives to its `LocalDagRunner`."""

_run_pipeline: ContextVar[RunPipeline | None] = ContextVar("run_pipeline", default=None)


def RunOptions(
    from_nodes: Collection[str] | None = None,
    to_nodes: Collection[str] | None = None,
    base_pipeline_run_id: str | None = None,
) -> NativeRunOptions:
    """`pipeline_lib.RunOptions` of TFX's arguments: which part of a pipeline is run.

    Args:
        from_nodes: run these and what comes after them; by default the first nodes.
        to_nodes: run these and what comes before them; by default the last nodes.
        base_pipeline_run_id: run whose results stand for nodes that are not run.
    """
    return NativeRunOptions(from_nodes or (), to_nodes or (), base_pipeline_run_id)


@contextmanager
def runs_given_to(run_pipeline: RunPipeline) -> Iterator[None]:
    """Within the block, `LocalDagRunner` leaves running to `run_pipeline`.

    So does a command that runs a program apply its own options to the program's run.
    """
    token = _run_pipeline.set(run_pipeline)
    try:
        yield
    finally:
        _run_pipeline.reset(token)


class LocalDagRunner:
    """Runs a pipeline on this machine with `LocalRunner`, independent nodes side by side."""

    _exit_handler: BaseNode | None = None

    def set_exit_handler(self, exit_handler: BaseNode | Sequence[BaseNode]) -> None:
        """Run a node when all others have ended, however they did.

        In TFX the runner for Kubeflow has this method.

        Args:
            exit_handler: the node, on its own or in a list.

        Raises:
            UnsupportedError: it is more than one node.
        """
        self._exit_handler = sole_handler("LocalDagRunner", exit_handler)

    def run(self, pipeline: Pipeline, run_options: NativeRunOptions | None = None) -> RunResult:
        """Run a pipeline, or a part of it, to its end.

        Raises:
            PipelineRunError: at least one node failed.
            PipelineLibError: the pipeline cannot run; see `LocalRunner.run`.
        """
        return _run(with_exit_handler(pipeline, self._exit_handler), run_options)

    def run_with_ir(
        self, pipeline: ir.Pipeline, run_options: NativeRunOptions | None = None
    ) -> RunResult:
        """Run what `tfx.dsl.compiler.compiler.Compiler().compile(...)` gave.

        Its store is the runner's default: the representation names none.

        Raises:
            PipelineRunError: at least one node failed.
            PipelineLibError: the pipeline cannot run; see `LocalRunner.run`.
        """
        return _run(pipeline, run_options)


class BeamDagRunner(LocalDagRunner):
    """TFX's older runner, which orchestrates with Beam; here it is `LocalDagRunner`.

    Args:
        beam_orchestrator_args: not taken.

    Raises:
        UnsupportedError: `beam_orchestrator_args` is given.
    """

    def __init__(self, beam_orchestrator_args: list[str] | None = None) -> None:
        if beam_orchestrator_args:
            raise UnsupportedError(
                "BeamDagRunner(beam_orchestrator_args=...): nodes are not orchestrated with Beam "
                "here. Leave it out; Beam's arguments for the components are the pipeline's "
                "beam_pipeline_args."
            )


def _run(pipeline: Pipeline | ir.Pipeline, run_options: NativeRunOptions | None) -> RunResult:
    options = run_options or NativeRunOptions()
    run_pipeline = _run_pipeline.get()
    if run_pipeline is None:
        return LocalRunner().run(pipeline, options=options)
    result: RunResult = run_pipeline(pipeline, options)
    return result
