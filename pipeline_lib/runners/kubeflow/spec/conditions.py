"""Conditions of nodes as Kubeflow's triggers, and what other nodes tell for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline_lib import ir
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.runners.kubeflow.spec.condition_lowering import ConditionLowering
from pipeline_lib.runners.kubeflow.spec.questions import Asked, FromNode, FromRun
from pipeline_lib.runners.kubeflow.spec.told import ToldValue


@dataclass(frozen=True)
class ToldInput:
    """An input parameter that is what another node of the same level tells."""

    node_id: str
    parameter: str
    type: ir.ParameterType


@dataclass(frozen=True)
class Trigger:
    """A condition, or what can be said of it: `text` in CEL, over input parameters of the task."""

    text: str
    inputs: Mapping[str, ToldInput | FromRun]


class LevelConditions:
    """The conditions of the nodes of one level.

    Attributes:
        triggers: by id of the node that has the condition, where CEL can say something of it.
        told: what each node tells, by its id and the name of the output parameter.
    """

    def __init__(self, pipeline: ir.Pipeline, level: NodeSet) -> None:
        self.triggers: dict[str, Trigger] = {}
        self.told: dict[str, dict[str, ToldValue]] = {}
        parameters = {one.name: one.type for one in pipeline.runtime_parameters}
        tellers: set[str] = set()
        for node in level.in_order:
            lowered = None
            if isinstance(node.executor, (ir.FunctionExecutor, ir.ClassExecutor)):
                lowered = ConditionLowering(node, tellers, parameters).lowered()
            if lowered is not None:
                text, asked = lowered
                inputs = {name: self._source(one) for name, one in asked.items()}
                self.triggers[node.id] = Trigger(text, inputs)
            elif not isinstance(node.executor, (ir.PipelineExecutor, ir.ContainerExecutor)):
                # Its one step always runs: it can be relied upon to tell.
                tellers.add(node.id)

    def _source(self, asked: Asked) -> ToldInput | FromRun:
        if isinstance(asked, FromRun):
            return asked
        return ToldInput(asked.node_id, self._tell(asked), asked.value.type)

    def _tell(self, asked: FromNode) -> str:
        """Let a node tell a value; the name of the output parameter."""
        told = self.told.setdefault(asked.node_id, {})
        for name, one in told.items():
            if repr(one) == repr(asked.value):  # equal literals may be of two types: 1 and True
                return name
        name = f"told-{len(told) + 1}"
        told[name] = asked.value
        return name


def told_values(pipeline: ir.Pipeline, full_id: str) -> Mapping[str, ToldValue]:
    """What the step of a node tells once the node has ended, by name of the output parameter.

    Args:
        pipeline: the pipeline.
        full_id: the node's id with those of the nodes around it, with dots between.
    """
    level: NodeSet = pipeline
    *around, node_id = _path(pipeline, full_id)
    for holder in around:
        executor = level.by_id[holder].executor
        assert isinstance(executor, ir.PipelineExecutor), "what is around a node holds nodes"
        level = executor
    return LevelConditions(pipeline, level).told.get(node_id, {})


def _path(pipeline: ir.Pipeline, full_id: str) -> list[str]:
    """The ids in a full id; ids may have dots of their own."""
    path: list[str] = []
    level: NodeSet | None = pipeline
    rest = full_id
    while level is not None and rest not in level.by_id:
        holder = next((one for one in level.nodes if rest.startswith(f"{one.id}.")), None)
        if holder is None:
            break
        path.append(holder.id)
        rest = rest.removeprefix(f"{holder.id}.")
        level = holder.executor if isinstance(holder.executor, ir.PipelineExecutor) else None
    return [*path, rest]
