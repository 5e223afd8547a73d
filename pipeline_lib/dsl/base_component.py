"""`BaseComponent`: a fully custom component of a spec and an executor, as in TFX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from pipeline_lib.dsl.component_spec import ComponentSpec
from pipeline_lib.dsl.executor_spec import BeamExecutorSpec, ExecutorClassSpec, beam_arguments
from pipeline_lib.dsl.import_path import module_name
from pipeline_lib.dsl.node import BaseNode, Key
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError

B = TypeVar("B", bound="BaseComponent")


class BaseComponent(BaseNode[Key]):
    """A component whose contract is `SPEC_CLASS` and whose work is done by `EXECUTOR_SPEC`.

        class Hello(BaseComponent):
            SPEC_CLASS = HelloSpec
            EXECUTOR_SPEC = ExecutorClassSpec(HelloExecutor)

            def __init__(self, examples: Channel, name: str) -> None:
                super().__init__(spec=HelloSpec(examples=examples, name=name))

    With `class Hello(BaseComponent[Literal["copy"]])` type checkers know the keys of its outputs.

    Args:
        spec: an instance of `SPEC_CLASS`.
        custom_executor_spec: does the work in place of `EXECUTOR_SPEC`.

    Raises:
        AuthoringError: a class attribute is missing, `spec` is of another class, the executor is
            not given by an `ExecutorClassSpec`, or there is a driver, as in TFX.
    """

    SPEC_CLASS: ClassVar[type[ComponentSpec]]
    EXECUTOR_SPEC: ClassVar[ExecutorClassSpec]

    def __init__(
        self, spec: ComponentSpec, custom_executor_spec: ExecutorClassSpec | None = None
    ) -> None:
        name = type(self).__name__
        for attribute in ("SPEC_CLASS", "EXECUTOR_SPEC"):
            if not hasattr(self, attribute):
                raise AuthoringError(f"Component {name!r} must define {attribute}.")
        if hasattr(self, "DRIVER_CLASS"):
            raise AuthoringError(
                f"Component {name!r} has a DRIVER_CLASS, which would not be called. Leave it out: "
                "data to look for is a parameter of the type InputPath, artifacts to choose are a "
                "Resolver's."
            )
        if not isinstance(spec, self.SPEC_CLASS):
            raise AuthoringError(
                f"Component {name!r} takes a spec of {self.SPEC_CLASS.__name__}, "
                f"got {type(spec).__name__}."
            )
        executor_spec = custom_executor_spec or self.EXECUTOR_SPEC
        _check_executor_spec(executor_spec, name)
        self.spec = spec
        self.beam_pipeline_args: list[str | RuntimeParameter] = []
        super().__init__(
            default_id=name,
            type_name=f"{module_name(type(self))}.{name}",
            executor_spec=executor_spec,
            inputs=spec.bound_inputs,
            outputs=spec.output_types,
            parameters=spec.bound_parameters,
        )

    def with_beam_pipeline_args(self: B, arguments: Sequence[str | RuntimeParameter]) -> B:
        """Add Beam arguments for this component, after those of the pipeline.

        Raises:
            AuthoringError: the executor runs no Beam pipeline, or an argument is no text.
        """
        if not isinstance(self.executor_spec, BeamExecutorSpec):
            raise AuthoringError(
                f"Node {self.id!r} runs no Beam pipeline: its executor is given by "
                f"{type(self.executor_spec).__name__}, not BeamExecutorSpec."
            )
        self.beam_pipeline_args += beam_arguments(arguments, f"Node {self.id!r}")
        return self


def _check_executor_spec(given: object, name: str) -> None:
    if not isinstance(given, ExecutorClassSpec):
        raise AuthoringError(
            f"Component {name!r} takes an ExecutorClassSpec or a BeamExecutorSpec, got {given!r}."
        )
