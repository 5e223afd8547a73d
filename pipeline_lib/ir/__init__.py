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
from pipeline_lib.ir.kubernetes import KubernetesOptions
from pipeline_lib.ir.node import (
    Accelerators,
    Node,
    NodeOptions,
    Parameter,
    ParameterType,
    SecretVariable,
)
from pipeline_lib.ir.pipeline import Code, Pipeline, RuntimeParameter, SourceBundle

__all__ = [
    "Accelerators",
    "ArtifactType",
    "ClassExecutor",
    "Code",
    "ContainerExecutor",
    "Executor",
    "FunctionExecutor",
    "ImportExecutor",
    "Input",
    "InputSource",
    "KubernetesOptions",
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
    "SecretVariable",
    "SourceBundle",
    "StoreQuery",
]
