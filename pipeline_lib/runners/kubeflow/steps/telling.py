"""What a step tells the cluster of its node, once it knows how that ended."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib.ir.evaluation import Scope
from pipeline_lib.ir.node import Node
from pipeline_lib.ir.pipeline import Pipeline
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, MetadataStore
from pipeline_lib.node.run import Run
from pipeline_lib.runners.kubeflow.spec.conditions import told_values
from pipeline_lib.runners.kubeflow.steps.saying import say


def told_of(
    pipeline: Pipeline, full_id: str, run: Run | None, ended: ExecutionRecord | None
) -> Mapping[str, str]:
    """What the conditions of other nodes ask of a node, by name of the output parameter.

    Args:
        pipeline: the pipeline.
        full_id: the node's id with those of the nodes around it.
        run: the run as the node sees it.
        ended: its final record; with neither, it was not run.
    """
    values = told_values(pipeline, full_id)
    scope = None
    if run is not None and ended is not None and ended.state.is_success:
        scope = Scope(outputs=ended.outputs, runtime_parameters=run.runtime_parameters)
    return {name: one.text(scope) for name, one in values.items()}


def exit_code(
    node: Node, ended: ExecutionRecord | None, goes_on: bool, store: MetadataStore
) -> int:
    """What the step of a node is to end with.

    Args:
        node: the node.
        ended: its record; `None` where it was not run.
        goes_on: whether the step ends well though the node has failed in its last attempt.
        store: where its earlier attempts are.
    """
    if ended is None:
        say("It is not part of this run.")
        return 0
    say(_summary(ended))
    if ended.state is not ExecutionState.FAILED:
        return 0
    return 0 if goes_on and _is_last_attempt(node, ended, store) else 1


def _is_last_attempt(node: Node, ended: ExecutionRecord, store: MetadataStore) -> bool:
    if not node.options.max_retries:
        return True
    attempts = sum(one.instance == ended.instance for one in store.executions(ended.run_id))
    return attempts > node.options.max_retries


def _summary(ended: ExecutionRecord) -> str:
    told = f"{ended.instance}: {ended.state.value}"
    if ended.error is not None:
        error = ended.error
        return f"{told}: {error.type}: {error.message}\n{error.traceback}".rstrip()
    return f"{told} ({ended.reason})" if ended.reason else told
