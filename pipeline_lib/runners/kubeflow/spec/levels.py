"""Lowers the nodes of a pipeline, level by level, to the tasks of DAGs.

A node is one task. It is a container where one step does all, and a DAG where there are several: a
task whose container was skipped has not succeeded, and what comes after it would not run; a DAG has
succeeded whatever was skipped in it.
"""

from __future__ import annotations

from typing import Any

from pipeline_lib import ir
from pipeline_lib.ir.node_set import NodeSet
from pipeline_lib.runners.kubeflow.spec import cel
from pipeline_lib.runners.kubeflow.spec.commands import lowered_command
from pipeline_lib.runners.kubeflow.spec.conditions import LevelConditions, Trigger
from pipeline_lib.runners.kubeflow.spec.dag import Dag, Source, retries, told_by, written_by
from pipeline_lib.runners.kubeflow.spec.going_on import Placed
from pipeline_lib.runners.kubeflow.spec.names import safe_name
from pipeline_lib.runners.kubeflow.spec.node_steps import POSITION_TYPE, NodeSteps
from pipeline_lib.runners.kubeflow.spec.parameters import BOOLEAN, LIST, STRING, kubeflow_type
from pipeline_lib.runners.kubeflow.spec.questions import FromRun
from pipeline_lib.runners.kubeflow.spec.target import Target

POSITIONS, RUNS, DUE = "positions", "runs", "due"
"""What steps tell: positions of a loop, whether a sub-pipeline runs, whether a container does."""


class LevelLowering:
    """Lowers the nodes of one level.

    Args:
        target: the whole.
        level: the nodes.
        around: the nodes that hold them, outermost first.
    """

    def __init__(self, target: Target, level: NodeSet, around: tuple[Placed, ...] = ()) -> None:
        self._target = target
        self._level = level
        self._around = around
        loops = sum(bool(one.node.loop) for one in around)
        self._positions = tuple(f"position-{number + 1}" for number in range(loops))
        self._conditions = LevelConditions(target.pipeline, level)
        self._tasks: dict[str, str] = {}

    def dag(self) -> Dag:
        """The tasks of the level's nodes."""
        dag = Dag(self._target.components)
        for node in self._level.in_order:
            self._tasks[node.id] = self._target.names.take(safe_name(node.id))
            self._add(node, dag)
        return dag

    def _add(self, node: ir.Node, dag: Dag) -> None:
        steps = NodeSteps(self._target, (*self._around, Placed(node, self._level)), self._positions)
        name, trigger = self._tasks[node.id], self._conditions.triggers.get(node.id)
        after = [self._tasks[upstream] for upstream in self._level.dependencies[node.id]]
        match node.executor:
            case ir.PipelineExecutor() as executor:
                dag.add_dag(name, self._holder(steps, executor, name), after)
            case ir.ContainerExecutor() as executor:
                dag.add_dag(name, self._container(steps, executor, name), after)
            case _ if trigger is not None:
                inner = self._conditional(steps, trigger, name)
                dag.add_dag(name, inner, after, self._told_by_others(trigger))
            case _:
                told = self._conditions.told.get(node.id, {})
                component = steps.whole(
                    {}, {key: kubeflow_type(one.type) for key, one in told.items()}
                )
                dag.add(name, component, after, steps.given(dag), **retries(node.options))

    def _conditional(self, steps: NodeSteps, trigger: Trigger, name: str) -> Dag:
        """The node's step, and in its place a light one that records why the node is skipped."""
        inner = Dag(self._target.components)
        read = {key: kubeflow_type(one.type) for key, one in trigger.inputs.items()}
        given = steps.given(inner) | {key: inner.outer(key, kind) for key, kind in read.items()}
        inner.add(
            self._name(name, "node"),
            steps.whole(read, {}),
            (),
            given,
            condition=trigger.text,
            **retries(steps.node.options),
        )
        skipping = cel.negation(trigger.text)
        inner.add(
            self._name(name, "skip"), steps.light("skip", read), (), given, condition=skipping
        )
        return inner

    def _told_by_others(self, trigger: Trigger) -> dict[str, Source]:
        return {
            key: told_by(self._tasks[one.node_id], one.parameter)
            for key, one in trigger.inputs.items()
            if not isinstance(one, FromRun)
        }

    def _holder(self, steps: NodeSteps, executor: ir.PipelineExecutor, name: str) -> Dag:
        """The nodes that a node holds, between two steps that record it."""
        inner = Dag(self._target.components)
        opening, closing = self._name(name, "open"), self._name(name, "close")
        told, kind = (POSITIONS, LIST) if steps.node.loop else (RUNS, BOOLEAN)
        inner.add(opening, steps.light("open", told={told: kind}), (), steps.given(inner))
        before_closing = opening
        if executor.nodes:
            before_closing = self._name(name, "nodes")
            body = LevelLowering(self._target, executor, steps.path).dag()
            body.outer(told, kind)
            given = {told: told_by(opening, told)}
            how = self._how_often(steps.node, body)
            inner.add_dag(before_closing, body, [opening], given, **how)
        inner.add(closing, steps.light("close"), [before_closing], steps.given(inner))
        return inner

    def _how_often(self, node: ir.Node, body: Dag) -> dict[str, Any]:
        """How Kubeflow runs what a node holds: for each position of a loop, once or not at all."""
        if not node.loop:
            return {"condition": cel.truth(cel.parameter(RUNS))}
        item = f"position-{len(self._positions) + 1}"
        body.outer(item, POSITION_TYPE)  # also where nothing in it asks for the position
        iterator = {"itemInput": item, "items": {"inputParameter": POSITIONS}}
        return {"item": item, "parameterIterator": iterator}

    def _container(self, steps: NodeSteps, executor: ir.ContainerExecutor, name: str) -> Dag:
        """The author's container, between a step that decides and one that records."""
        inner, node = Dag(self._target.components), steps.node
        driving, running = self._name(name, "drive"), self._name(name, "container")
        command = lowered_command(executor, self._target.is_mounted)
        brought = {key: node.inputs[key].type for key in command.inputs}
        written = {} if self._target.is_mounted else steps.written
        told = {DUE: BOOLEAN, **dict.fromkeys(command.told, STRING)}
        inner.add(driving, steps.light("drive", told=told, shown=brought), (), steps.given(inner))
        inner.add(
            running,
            steps.of_author(executor, command, told, brought, written),
            [driving],
            {key: told_by(driving, key) for key in told},
            {key: written_by(driving, key) for key in brought},
            cel.truth(cel.parameter(DUE)),
            **retries(node.options),
        )
        inner.add(
            self._name(name, "publish"),
            steps.light("publish", brought=written, shown=steps.written),
            [running],
            steps.given(inner),
            {key: written_by(running, key) for key in written},
        )
        return inner

    def _name(self, name: str, what: str) -> str:
        return self._target.names.take(f"{name}-{what}")
