"""`tfx.proto`: the messages that components are configured with.

They are protobuf messages with TFX's names and fields. A component takes a mapping of the same
fields as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import refuse
from pipeline_lib.tfx.proto import orchestration
from pipeline_lib.tfx.proto.messages_pb2 import (
    EnvVar,
    EnvVarSource,
    EvalArgs,
    Input,
    KubernetesConfig,
    LocalDockerConfig,
    Output,
    PayloadFormat,
    PodOverrides,
    PushDestination,
    RangeConfig,
    RequestSpec,
    RollingRange,
    SecretKeySelector,
    ServingSpec,
    SplitConfig,
    SplitsConfig,
    StaticRange,
    TensorFlowServing,
    TensorFlowServingRequestSpec,
    TrainArgs,
    ValidationSpec,
    Versioning,
)

__all__ = [
    "EnvVar",
    "EnvVarSource",
    "EvalArgs",
    "Input",
    "KubernetesConfig",
    "LocalDockerConfig",
    "Output",
    "PayloadFormat",
    "PodOverrides",
    "PushDestination",
    "RangeConfig",
    "RequestSpec",
    "RollingRange",
    "SecretKeySelector",
    "ServingSpec",
    "SplitConfig",
    "SplitsConfig",
    "StaticRange",
    "TensorFlowServing",
    "TensorFlowServingRequestSpec",
    "TrainArgs",
    "ValidationSpec",
    "Versioning",
    "orchestration",
]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
