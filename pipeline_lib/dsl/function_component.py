"""`@component`: a component from a typed Python function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.binding import BoundInput, BoundParameter, refuse_unknown_arguments
from pipeline_lib.dsl.call_signature import call_signature
from pipeline_lib.dsl.declarations import ExecutionParameter
from pipeline_lib.dsl.executor_spec import FunctionExecutorSpec
from pipeline_lib.dsl.function_signature import FunctionSignature
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.json_values import container_type
from pipeline_lib.dsl.message_parameter import given_message
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError

if TYPE_CHECKING:
    from typing import Concatenate

    from pipeline_lib.dsl.function_calls import (
        AnyFunction,
        Checked,
        CheckedAfterOutput,
        FirstOutput,
        LaterOutput,
        NoOutput,
        Shown,
        Uninhabited,
    )

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any], covariant=True)
HowFar = TypeVar("HowFar", covariant=True)


class FunctionComponent(Generic[F, HowFar]):
    """A decorated function: a call makes a node, `test_call` calls the function itself.

    `HowFar` is for type checkers: how much of a call they check, see `function_calls`.
    """

    def __init__(self, function: F) -> None:
        self._path = import_path(function, "Component function")
        self._function = function
        self.signature = FunctionSignature.of(function)
        functools.update_wrapper(self, function)
        self.__signature__ = call_signature(function, self.signature)

    @overload
    def __call__(
        self: FunctionComponent[Callable[P, Any], Checked], *args: P.args, **kwargs: P.kwargs
    ) -> BaseNode: ...
    @overload
    def __call__(
        self: FunctionComponent[Callable[Concatenate[Uninhabited, P], Any], CheckedAfterOutput],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> BaseNode: ...
    @overload
    def __call__(
        self: FunctionComponent[Callable[P, Any], Shown], *args: P.args, **kwargs: P.kwargs
    ) -> BaseNode: ...
    @overload
    def __call__(self: FunctionComponent[Any, Shown], **_others: Any) -> BaseNode: ...
    def __call__(self, *unnamed: Any, **arguments: Any) -> BaseNode:
        """A node of this component.

        Args:
            unnamed: refused, since a component's arguments are given by name.
            arguments: a channel for each input, a value or `RuntimeParameter` for each parameter.

        Raises:
            AuthoringError: an argument is unknown, missing, unnamed, or of the wrong type.
        """
        if unnamed:
            raise AuthoringError(
                f"Component {self.signature.name!r} takes its arguments by name, got {unnamed!r}. "
                "In a unit test, call the function itself with .test_call(...)."
            )
        self._refuse_unknown(arguments)
        return BaseNode(
            default_id=self.signature.name,
            type_name=self._path.replace(":", "."),
            executor_spec=FunctionExecutorSpec(self._path),
            inputs={
                name: BoundInput.check(declared, arguments.get(name), self._where("input", name))
                for name, declared in self.signature.inputs.items()
            },
            outputs=self.signature.outputs,
            parameters=self._bind_parameters(arguments),
        )

    def test_call(
        self: FunctionComponent[Callable[P, R], Any], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call the function itself, as a unit test does: artifacts and values in, values out."""
        return self._function(*args, **kwargs)

    def Do(
        self,
        input_dict: Mapping[str, list[Artifact]],
        output_dict: Mapping[str, list[Artifact]],
        exec_properties: Mapping[str, Any],
    ) -> None:
        """Run the function as an executor; see `BaseExecutor.Do`.

        Raises:
            TypeError: the function did not return what it is annotated to return.
        """
        arguments = {
            **self._parameter_arguments(exec_properties),
            **self._input_arguments(input_dict),
        }
        for name in self.signature.outputs.keys() - self.signature.returned:
            arguments[name] = output_dict[name][0]
        returned = self._function(**arguments)
        self._write_returned(returned, output_dict)

    def _refuse_unknown(self, arguments: Mapping[str, Any]) -> None:
        known = {**self.signature.inputs, **self.signature.parameters}
        for name in arguments:
            if name in self.signature.outputs and name not in known:
                raise AuthoringError(
                    f"{self._where('output', name)} is made by the run and cannot be passed."
                )
        refuse_unknown_arguments(self.signature.name, arguments, known)

    def _bind_parameters(self, arguments: Mapping[str, Any]) -> dict[str, BoundParameter]:
        defaults = self.signature.defaults
        return {
            name: BoundParameter.check(
                ExecutionParameter(declared, name in defaults and defaults[name] is None),
                arguments.get(name, defaults.get(name)),
                self._where("parameter", name),
            )
            for name, declared in self.signature.parameters.items()
        }

    def _parameter_arguments(self, exec_properties: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters' values, with messages for the texts that stand for them."""
        declared = self.signature.parameters
        return {
            name: given_message(value, declared.get(name))
            for name, value in exec_properties.items()
        }

    def _input_arguments(self, input_dict: Mapping[str, list[Artifact]]) -> dict[str, Any]:
        """Arguments for the inputs that arrived; the function's own defaults serve for the rest."""
        arguments: dict[str, Any] = {}
        for name in self.signature.inputs:
            artifacts = input_dict.get(name, [])
            if name in self.signature.list_inputs:
                arguments[name] = artifacts
            elif artifacts and name in self.signature.value_inputs:
                arguments[name] = artifacts[0].value  # type: ignore[attr-defined]
            elif artifacts:
                arguments[name] = artifacts[0]
            elif name not in self.signature.defaulted:
                arguments[name] = None
        return arguments

    def _write_returned(self, returned: Any, output_dict: Mapping[str, list[Artifact]]) -> None:
        where = f"Component function {self.signature.name!r}"
        expected = self.signature.returned
        given = returned or {}
        if not isinstance(given, Mapping) or set(given) - expected:
            raise TypeError(f"{where} must return a dict of {sorted(expected)}, got {returned!r}.")
        for name in sorted(expected):
            value = given.get(name)
            if value is None and name not in self.signature.optional_returned:
                raise TypeError(
                    f"{where} must return a value for {name!r}, got {returned!r}. "
                    f"Annotate it as Optional if it may be missing."
                )
            self._write_value(name, value, output_dict[name][0], where)

    def _write_value(self, name: str, value: Any, artifact: Any, where: str) -> None:
        declared = container_type(self.signature.outputs[name])
        if declared and not isinstance(value, (declared, type(None))):
            raise TypeError(
                f"{where} must return a {declared.__name__} for {name!r}, got {value!r} "
                f"of type {type(value).__name__}."
            )
        try:
            artifact.value = value
        except TypeError as error:
            raise TypeError(f"{where} returned another {name!r} than it says: {error}") from error

    def _where(self, what: str, name: str) -> str:
        return f"Component {self.signature.name!r}: {what} {name!r}"


@overload
def component(function: LaterOutput) -> FunctionComponent[LaterOutput, Shown]: ...
@overload
def component(function: FirstOutput) -> FunctionComponent[FirstOutput, CheckedAfterOutput]: ...
@overload
def component(function: NoOutput) -> FunctionComponent[NoOutput, Checked]: ...
@overload
def component(  # type: ignore[overload-cannot-match] # it is, by functions that are not `NoOutput`
    function: AnyFunction,
) -> FunctionComponent[AnyFunction, Shown]: ...
def component(function: Any) -> FunctionComponent[Any, Any]:
    """Make a component from a typed function at the top of a module.

        @component
        def Validate(
            model: InputArtifact[Model],
            blessing: OutputArtifact[ModelBlessing],
            threshold: Parameter[float] = 0.9,
        ) -> OutputDict(accuracy=float):
            ...
            return {"accuracy": accuracy}

    Raises:
        AuthoringError: the function is defined inside another one, or an argument lacks an
            annotation or has one that does not fit.
    """
    return FunctionComponent(function)
