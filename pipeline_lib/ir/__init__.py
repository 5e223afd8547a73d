"""The intermediate representation: dataclasses, expressions, and their protobuf form."""

from pipeline_lib.ir.node import (
    ArtifactType,
    ClassExecutor,
    ContainerExecutor,
    Executor,
    FunctionExecutor,
    ImportExecutor,
    Input,
    InputSource,
    Node,
    NodeOptions,
    NodeOutput,
    Output,
    Parameter,
    ParameterType,
    ResolveExecutor,
    StoreQuery,
)
from pipeline_lib.ir.pipeline import Pipeline, RuntimeParameter, SourceBundle

__all__ = [
    "ArtifactType",
    "ClassExecutor",
    "ContainerExecutor",
    "Executor",
    "FunctionExecutor",
    "ImportExecutor",
    "Input",
    "InputSource",
    "Node",
    "NodeOptions",
    "NodeOutput",
    "Output",
    "Parameter",
    "ParameterType",
    "Pipeline",
    "ResolveExecutor",
    "RuntimeParameter",
    "SourceBundle",
    "StoreQuery",
]
