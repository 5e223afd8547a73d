"""Function components written with the facade's names."""

from __future__ import annotations

from pipeline_lib import tfx

dsl = tfx.dsl.components


@dsl.component
def Make(number: dsl.Parameter[int]) -> dsl.OutputDict(number=int):  # type: ignore[valid-type]
    return {"number": number}


@dsl.component(component_annotation=tfx.dsl.standard_annotations.Process)
def Add(left: int, right: dsl.Parameter[int] = 1) -> dsl.OutputDict(total=int):  # type: ignore[valid-type]
    return {"total": left + right}
