"""Components for the conformance set that are of no use elsewhere."""

from __future__ import annotations

import json
from typing import Any

from pipeline_lib import OutputDict, Parameter, component


@component
def Everything(
    whole: Parameter[int],
    part: Parameter[float],
    text: Parameter[str],
    flag: Parameter[bool],
    items: Parameter[list[Any]],
    table: Parameter[dict[str, Any]],
) -> OutputDict(seen=str):  # type: ignore[valid-type]
    return {"seen": json.dumps([whole, part, text, flag, items, table])}
