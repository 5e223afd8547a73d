"""The intermediate representation: dataclasses, expressions, and their protobuf form."""

from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    Executor,
    FunctionExecutor,
    ImportExecutor,
    PipelineExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.inputs import (
    ArtifactType,
    Input,
    InputSource,
    NodeOutput,
    Output,
    PipelineInput,
    StoreQuery,
)
from pipeline_lib.ir.node import Node, NodeOptions, Parameter, ParameterType
from pipeline_lib.ir.pipeline import Code, Pipeline, RuntimeParameter, SourceBundle

__all__ = [
    "ArtifactType",
    "ClassExecutor",
    "Code",
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
    "PipelineExecutor",
    "PipelineInput",
    "ResolveExecutor",
    "RuntimeParameter",
    "SourceBundle",
    "StoreQuery",
]
