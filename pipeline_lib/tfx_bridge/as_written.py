"""Nodes of ours that were exported to TFX's format, as they were."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline_lib import ir
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.tfx_bridge.executors import OurExecutor


def as_written(node: ir.Node, ours: OurExecutor) -> ir.Node:
    """The node with what TFX's format left out."""
    return replace(
        node,
        inputs={
            key: replace(one, type=_with_class(one.type, ours), max_count=ours.max_counts.get(key))
            for key, one in node.inputs.items()
        },
        outputs={key: ir.Output(_with_class(one.type, ours)) for key, one in node.outputs.items()},
        parameters={
            name: _typed(node.parameters.get(name), ir.ParameterType[kind])
            for name, kind in ours.types.items()
        },
    )


def _with_class(declared: ir.ArtifactType, ours: OurExecutor) -> ir.ArtifactType:
    return replace(declared, class_path=ours.classes.get(declared.name, declared.class_path))


def _typed(parameter: ir.Parameter | None, kind: ir.ParameterType) -> ir.Parameter:
    match parameter:
        case None:
            return ir.Parameter(kind, Literal(None))
        case ir.Parameter(_, Literal(str(text))) if kind.is_json:
            return ir.Parameter(kind, Literal(json.loads(text)))
    return ir.Parameter(kind, parameter.value)
