"""`tfx.utils.json_utils`: values as JSON."""

from __future__ import annotations

import json
from typing import Any


def dumps(obj: Any) -> str:
    """A value as JSON with sorted keys."""
    return json.dumps(obj, sort_keys=True)


def loads(s: str) -> Any:
    """The value in JSON."""
    return json.loads(s)
