"""Asking for the execution of a node: what a run and a replay have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.executors import ClassExecutor, FunctionExecutor
from pipeline_lib.ir.node import Node
from pipeline_lib.metadata.store import ExecutionRecord
from pipeline_lib.node.request import ExecutionRequest, OutputSlot


def request_of(
    node: Node,
    execution: ExecutionRecord,
    parameters: Mapping[str, Any],
    scope: Scope,
    outputs: Mapping[str, OutputSlot],
    system_dir: str,
) -> ExecutionRequest:
    """What a process needs to execute a node whose executor is Python code.

    Args:
        node: the node.
        execution: its record, with what it reads.
        parameters: their values; the record has no secrets.
        scope: what Beam's arguments read.
        outputs: where each output is written.
        system_dir: directory for the log and temporary files.
    """
    executor = node.executor
    assert isinstance(executor, (FunctionExecutor, ClassExecutor)), "no other is ever asked for"
    beam_arguments = executor.beam_pipeline_args if isinstance(executor, ClassExecutor) else ()
    return ExecutionRequest(
        executor=executor,
        pipeline_name=execution.pipeline_name,
        run_id=execution.run_id,
        node_id=execution.node_id,
        execution_id=execution.id,
        types={key: declared.type for key, declared in node.inputs.items()},
        inputs=execution.inputs,
        outputs=outputs,
        parameters=parameters,
        beam_pipeline_args=tuple(str(evaluate(one, scope)) for one in beam_arguments),
        system_dir=system_dir,
        timeout=node.options.timeout,
    )
