"""Pipelines of one conditional node, and what becomes of its condition there and here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.ir.evaluation import Scope, evaluate
from pipeline_lib.ir.expressions import (
    ArtifactValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    RuntimeParameterValue,
)
from pipeline_lib.runners.kubeflow.spec.conditions import LevelConditions, Trigger
from pipeline_lib.runners.kubeflow.spec.questions import FromRun

TYPE_NAMES = {int: "Integer", float: "Float", str: "String", bool: "Boolean"}
PARAMETER_TYPES = {
    int: ir.ParameterType.INT,
    float: ir.ParameterType.FLOAT,
    str: ir.ParameterType.STRING,
    bool: ir.ParameterType.BOOL,
}
DEFAULTS: Mapping[type, Any] = {int: 0, float: 0.0, str: "", bool: False}


def value_of(node: str, kind: type) -> Expression:
    """What a node's value artifact holds, as a condition reads it."""
    return ArtifactValue(Index(InputArtifacts(f"_{node}.{TYPE_NAMES[kind]}"), 0))


def parameter(name: str) -> Expression:
    return RuntimeParameterValue(name)


@dataclass(frozen=True)
class Conditional:
    """A node with a condition.

    Attributes:
        values: what other nodes write, one value each, by their ids.
        parameters: the run's.
    """

    condition: Expression
    values: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def pipeline(self) -> ir.Pipeline:
        producers = [
            ir.Node(
                id=name,
                type_name="Tell",
                executor=ir.FunctionExecutor("steps:tell", ""),
                outputs={_key(value): ir.Output(ir.ArtifactType(_key(value)))},
            )
            for name, value in self.values.items()
        ]
        asks = ir.Node(
            id="asks",
            type_name="Ask",
            executor=ir.FunctionExecutor("steps:ask", ""),
            inputs={
                f"_{name}.{_key(value)}": ir.Input(
                    ir.ArtifactType(_key(value)), (ir.NodeOutput(name, _key(value)),), hidden=True
                )
                for name, value in self.values.items()
            },
            condition=self.condition,
        )
        declared = tuple(
            ir.RuntimeParameter(name, PARAMETER_TYPES[type(value)], Literal(DEFAULTS[type(value)]))
            for name, value in self.parameters.items()
        )
        return ir.Pipeline("conditional", (*producers, asks), runtime_parameters=declared)

    @property
    def trigger(self) -> Trigger | None:
        return self._conditions.triggers.get("asks")

    @cached_property
    def _conditions(self) -> LevelConditions:
        return LevelConditions(self.pipeline, self.pipeline)

    def here(self, folder: Path) -> Any:
        """The value of the condition, by this library's own evaluator.

        Raises:
            EvaluationError: it has none.
        """
        inputs = {
            f"_{name}.{_key(value)}": [written(name, value, folder)]
            for name, value in self.values.items()
        }
        scope = Scope(inputs=inputs, runtime_parameters=self.parameters)
        return evaluate(self.condition, scope)

    def inputs(self, folder: Path) -> dict[str, Any]:
        """What Kubeflow gives the task as input parameters, with the types that it gives them."""
        assert self.trigger is not None
        given = {}
        for name, source in self.trigger.inputs.items():
            if isinstance(source, FromRun):
                given[name] = _as_double(self.parameters[source.parameter])
                continue
            told = self._conditions.told[source.node_id][source.parameter]
            value = self.values[source.node_id]
            outputs = {_key(value): [written(source.node_id, value, folder)]}
            scope = Scope(outputs=outputs, runtime_parameters=self.parameters)
            given[name] = parsed(told.text(scope), told.type)
        return given


def parsed(text: str, kind: ir.ParameterType) -> Any:
    """An output parameter as Kubeflow's launcher reads it from its file."""
    return text if kind is ir.ParameterType.STRING else json.loads(text)


def written(name: str, value: Any, folder: Path) -> ArtifactRecord:
    path = folder / name
    artifact_class = value_artifact_class(_key(value))
    assert artifact_class is not None
    path.write_bytes(artifact_class().encode(value))
    return ArtifactRecord(_key(value), uri=str(path))


def _key(value: Any) -> str:
    return TYPE_NAMES[type(value)]


def _as_double(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if is_number else value
