"""`tfx.types`: classes of components, channels and artifacts, mostly for annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.dsl.base_component import BaseComponent
from pipeline_lib.dsl.channel import Channel as BaseChannel
from pipeline_lib.dsl.function_component import FunctionComponent as BaseFunctionalComponentFactory
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.tfx.facade_module import refuse
from pipeline_lib.tfx.types import standard_artifacts

BaseBeamComponent = BaseComponent
"""A component that runs Beam is one whose `EXECUTOR_SPEC` is a `BeamExecutorSpec`."""

BaseFunctionalComponent = BaseNode
"""What a call of a `@component` function makes is a plain node."""

__all__ = [
    "BaseBeamComponent",
    "BaseChannel",
    "BaseComponent",
    "BaseFunctionalComponent",
    "BaseFunctionalComponentFactory",
    "BaseNode",
    "standard_artifacts",
]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
