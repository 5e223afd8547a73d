"""What a resolver node does."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.ir.executors import ResolveExecutor
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.node.import_object import import_object


def resolve_artifacts(execution: ExecutionRecord, executor: ResolveExecutor) -> ExecutionRecord:
    """The completed resolution; the candidates are not recorded as inputs, only what was chosen."""
    strategy = import_object(executor.strategy_path)()
    chosen = strategy.resolve_artifacts(execution.inputs)
    return replace(
        execution,
        state=ExecutionState.COMPLETE,
        inputs={},
        outputs=dict(chosen),
        chosen=True,
    )
