"""Annotations of a `@component` function's arguments and results.

To a type checker `InputArtifact[Model]` is `Model` and `Parameter[float]` is `float`, so that
the body of the function is checked and completed as written.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypedDict, TypeVar

T = TypeVar("T")


class Role(Enum):
    """What an annotated argument is."""

    INPUT = "InputArtifact"
    OUTPUT = "OutputArtifact"
    PARAMETER = "Parameter"


InputArtifact = Annotated[T, Role.INPUT]
"""An artifact that the function reads: `examples: InputArtifact[Examples]`."""

if TYPE_CHECKING:
    # By `Any` checkers tell outputs from inputs; they check the attributes of `T` all the same.
    OutputArtifact: TypeAlias = Annotated[T | Any, Role.OUTPUT]
else:
    OutputArtifact = Annotated[T, Role.OUTPUT]
"""An artifact that the function writes at its `uri`: `model: OutputArtifact[Model]`."""

Parameter = Annotated[T, Role.PARAMETER]
"""A value known before the run: `steps: Parameter[int] = 100`."""


def OutputDict(**values: Any) -> Any:
    """What a function returns, by name, as its annotation.

        def Validate(...) -> OutputDict(accuracy=float):

    A `TypedDict` does the same and is understood by type checkers.
    """
    return TypedDict("OutputDict", values)  # type: ignore[operator]
