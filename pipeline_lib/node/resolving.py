"""What a resolver node does."""

from __future__ import annotations

from dataclasses import replace

from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.executors import ResolveExecutor
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.node.import_object import import_object


def resolve_artifacts(
    execution: ExecutionRecord, executor: ResolveExecutor, scope: Scope
) -> ExecutionRecord:
    """The completed resolution; the candidates are not recorded as inputs, only what was chosen."""
    config = {name: evaluate(one, scope) for name, one in executor.config.items()}
    strategy = import_object(executor.strategy_path)(**config)
    chosen = strategy.resolve_artifacts(execution.inputs)
    if chosen is None:
        reason = f"{executor.strategy_path.partition(':')[2]} picks nothing"
        return replace(execution, state=ExecutionState.SKIPPED, inputs={}, reason=reason)
    return replace(
        execution,
        state=ExecutionState.COMPLETE,
        inputs={},
        outputs=dict(chosen),
        chosen=True,
    )
