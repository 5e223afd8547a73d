"""`ComponentSpec`: the contract of a custom component, as in TFX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.binding import BoundInput, BoundParameter
from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.declarations import ChannelParameter as ChannelParameter
from pipeline_lib.dsl.declarations import ExecutionParameter as ExecutionParameter
from pipeline_lib.errors import AuthoringError, did_you_mean


class ComponentSpec:
    """Declares a component's inputs, outputs and parameters, and checks what an author passes.

    `outputs` are the channels that were passed to declare outputs with.

        class HelloSpec(ComponentSpec):
            PARAMETERS = {"name": ExecutionParameter(type=str)}
            INPUTS = {"examples": ChannelParameter(type=Examples)}
            OUTPUTS = {"copy": ChannelParameter(type=Examples)}

    Raises:
        AuthoringError: an argument is unknown, missing, or of the wrong type.
    """

    PARAMETERS: ClassVar[Mapping[str, ExecutionParameter]] = {}
    INPUTS: ClassVar[Mapping[str, ChannelParameter]] = {}
    OUTPUTS: ClassVar[Mapping[str, ChannelParameter]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        _check_declarations(cls)

    def __init__(self, **arguments: Any) -> None:
        self._refuse_unknown(arguments)
        self.bound_inputs = {
            key: BoundInput.check(declared, arguments.get(key), self._where("input", key))
            for key, declared in self.INPUTS.items()
        }
        self.output_types = {
            key: self._output_type(key, declared, arguments.get(key))
            for key, declared in self.OUTPUTS.items()
        }
        self.outputs: dict[str, Channel] = {
            key: arguments[key] for key in self.OUTPUTS if arguments.get(key) is not None
        }
        self.bound_parameters = {
            name: BoundParameter.check(
                declared, arguments.get(name), self._where("parameter", name)
            )
            for name, declared in self.PARAMETERS.items()
        }

    @property
    def inputs(self) -> dict[str, Channel]:
        """The channels that were given, by input key."""
        return {
            key: bound.channel
            for key, bound in self.bound_inputs.items()
            if bound.channel is not None
        }

    @property
    def exec_properties(self) -> dict[str, Any]:
        """The parameters by name; `None` for those that were not given."""
        return {name: bound.value for name, bound in self.bound_parameters.items()}

    def is_optional_input(self, key: str) -> bool:
        """Whether an input may be left out."""
        return self.INPUTS[key].optional

    def is_optional_output(self, key: str) -> bool:
        """Whether an output is declared as optional."""
        return self.OUTPUTS[key].optional

    def _refuse_unknown(self, arguments: Mapping[str, Any]) -> None:
        known = {**self.INPUTS, **self.OUTPUTS, **self.PARAMETERS}
        for name in arguments:
            if name not in known:
                raise AuthoringError(
                    f"{type(self).__name__} has no input, output or parameter {name!r}."
                    f"{did_you_mean(name, known)}"
                )

    def _output_type(
        self, key: str, declared: ChannelParameter, given: Channel | None
    ) -> type[Artifact]:
        BoundInput.check(
            ChannelParameter(declared.type, optional=True), given, self._where("output", key)
        )
        return declared.type

    def _where(self, what: str, name: str) -> str:
        return f"{type(self).__name__}: {what} {name!r}"


def _check_declarations(spec: type[ComponentSpec]) -> None:
    seen: set[str] = set()
    for part, expected in (
        ("PARAMETERS", ExecutionParameter),
        ("INPUTS", ChannelParameter),
        ("OUTPUTS", ChannelParameter),
    ):
        for name, declared in getattr(spec, part).items():
            if not isinstance(declared, expected):
                raise AuthoringError(
                    f"{spec.__name__}.{part}[{name!r}] must be a {expected.__name__}, "
                    f"got {declared!r}."
                )
            if name in seen:
                raise AuthoringError(f"{spec.__name__} declares {name!r} twice.")
            seen.add(name)
