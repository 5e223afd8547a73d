"""`tfx.proto`: the messages that components are configured with.

They are protobuf messages with TFX's names and fields. A component takes a mapping of the same
fields as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.tfx.facade_module import refuse
from pipeline_lib.tfx.proto import orchestration
from pipeline_lib.tfx.proto.messages_pb2 import (
    EvalArgs,
    Input,
    Output,
    PayloadFormat,
    PushDestination,
    RangeConfig,
    RollingRange,
    SplitConfig,
    SplitsConfig,
    StaticRange,
    TrainArgs,
    Versioning,
)

__all__ = [
    "EvalArgs",
    "Input",
    "Output",
    "PayloadFormat",
    "PushDestination",
    "RangeConfig",
    "RollingRange",
    "SplitConfig",
    "SplitsConfig",
    "StaticRange",
    "TrainArgs",
    "Versioning",
    "orchestration",
]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
