"""What a container component declares, and what an author gives for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.binding import BoundInput, BoundParameter, refuse_unknown_arguments
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.declarations import ChannelParameter, ExecutionParameter
from pipeline_lib.dsl.parameter_types import parameter_type
from pipeline_lib.errors import AuthoringError


@dataclass(frozen=True)
class Declaration:
    """The inputs, outputs and parameters of a container component."""

    name: str
    inputs: Mapping[str, type[Artifact]]
    outputs: Mapping[str, type[Artifact]]
    parameters: Mapping[str, type]

    def __post_init__(self) -> None:
        for key, artifact in [*self.inputs.items(), *self.outputs.items()]:
            if not is_artifact_class(artifact):
                raise AuthoringError(
                    f"{self.where}: {key!r} takes an artifact type, got {artifact!r}."
                )
        for key, declared in self.parameters.items():
            parameter_type(declared, f"{self.where}: parameter {key!r}")
            if key in self.inputs:
                raise AuthoringError(f"{self.where} declares {key!r} as input and as parameter.")

    @property
    def where(self) -> str:
        """The component, as a message begins."""
        return f"Container component {self.name!r}"

    def refuse_unknown(self, arguments: Mapping[str, Any]) -> None:
        """Refuse an argument of a name that is not declared."""
        refuse_unknown_arguments(self.name, arguments, {**self.inputs, **self.parameters})

    def bind_inputs(self, arguments: Mapping[str, Any]) -> dict[str, BoundInput]:
        """The declared inputs with what was given for them."""
        return {
            key: BoundInput.check(
                ChannelParameter(artifact, max_count=1),
                arguments.get(key),
                f"Component {self.name!r}: input {key!r}",
            )
            for key, artifact in self.inputs.items()
        }

    def bind_parameters(self, arguments: Mapping[str, Any]) -> dict[str, BoundParameter]:
        """The declared parameters with what was given for them."""
        return {
            key: BoundParameter.check(
                ExecutionParameter(declared),
                arguments.get(key),
                f"Component {self.name!r}: parameter {key!r}",
            )
            for key, declared in self.parameters.items()
        }
