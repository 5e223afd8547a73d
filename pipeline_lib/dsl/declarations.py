"""What a component declares: its inputs and outputs, and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.message_parameter import held_type
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.errors import AuthoringError


@dataclass(frozen=True)
class ChannelParameter:
    """Declares an input or output: `"model": ChannelParameter(type=Model, optional=True)`.

    Attributes:
        type: artifact type.
        optional: whether an author may leave the channel out.
        allow_empty: whether an optional input's channel, where one is given, may turn out to hold
            nothing; by default it may.
        max_count: bounds the number of artifacts that an input takes.

    Raises:
        AuthoringError: `type` is no artifact type, or `allow_empty` is given for what is required.
    """

    type: type[Artifact]
    optional: bool = False
    allow_empty: bool | None = None
    max_count: int | None = None

    def __post_init__(self) -> None:
        if not is_artifact_class(self.type):
            raise AuthoringError(
                f"ChannelParameter(type=...) takes an artifact type, got {self.type!r}."
            )
        if self.allow_empty is not None and not self.optional:
            raise AuthoringError(
                f"ChannelParameter(type={self.type.__name__}, allow_empty={self.allow_empty}): "
                "allow_empty is for optional inputs. Add optional=True, or leave it out."
            )


@dataclass(frozen=True)
class ExecutionParameter:
    """Declares a parameter: `"steps": ExecutionParameter(type=int, optional=True)`.

    `defines` names the functions that a `ModuleFile` must define. The type may be the class of a
    protobuf message: the executor then gets its JSON text.
    """

    type: Any
    optional: bool = False
    defines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        parameter_type(self.held_type, "ExecutionParameter")

    @property
    def held_type(self) -> Any:
        """Type of the value as the executor gets it."""
        return held_type(self.type)
