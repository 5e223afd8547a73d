"""`tfx.dsl.components`: components from Python functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from pipeline_lib.dsl.annotations import InputArtifact, OutputArtifact, OutputDict, Parameter
from pipeline_lib.dsl.function_component import FunctionComponent
from pipeline_lib.dsl.function_component import component as native_component
from pipeline_lib.errors import AuthoringError
from pipeline_lib.tfx.facade_module import refuse
from pipeline_lib.tfx.not_here import NOT_HERE

if TYPE_CHECKING:
    from pipeline_lib.dsl.function_calls import (
        AnyFunction,
        Checked,
        CheckedAfterOutput,
        FirstOutput,
        LaterOutput,
        NoOutput,
        Shown,
    )

__all__ = ["InputArtifact", "OutputArtifact", "OutputDict", "Parameter", "component"]


@overload
def component(func: LaterOutput, /) -> FunctionComponent[LaterOutput, Shown]: ...
@overload
def component(func: FirstOutput, /) -> FunctionComponent[FirstOutput, CheckedAfterOutput]: ...
@overload
def component(func: NoOutput, /) -> FunctionComponent[NoOutput, Checked]: ...
@overload
def component(  # type: ignore[overload-cannot-match] # as in `pipeline_lib.component`
    func: AnyFunction, /
) -> FunctionComponent[AnyFunction, Shown]: ...
@overload
def component(
    *, component_annotation: type | None = None, use_beam: bool = False
) -> Callable[[AnyFunction], FunctionComponent[AnyFunction, Shown]]: ...
def component(
    func: Any = None,
    /,
    *,
    component_annotation: type | None = None,
    use_beam: bool = False,
) -> Any:
    """`pipeline_lib.component`, which TFX lets write with arguments, too: `@component()`.

    Args:
        func: the function.
        component_annotation: one of `tfx.dsl.standard_annotations`; a label without effect.
        use_beam: not taken.

    Raises:
        AuthoringError: as `pipeline_lib.component`; `use_beam` is true.
    """
    if use_beam:
        instead = NOT_HERE["tfx.dsl.components.BeamComponentParameter"]
        raise AuthoringError(f"@component(use_beam=True) is not in pipeline_lib: {instead}")
    return native_component if func is None else native_component(func)


if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
