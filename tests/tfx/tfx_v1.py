"""The public names of TFX 1.16's package `tfx.v1`, and where each is in the facade."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline_lib import tfx

NAMES = Path(__file__).with_name("tfx_v1_names.txt").read_text().split()
"""Made by walking `tfx.v1`: what its modules say in `__all__` and what else in them is public."""


def facade_object(name: str) -> Any:
    """What the facade has under TFX's name.

    Raises:
        AttributeError: the facade refuses it.
    """
    found: Any = tfx
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def is_refused(name: str) -> bool:
    """Whether the facade refuses the name."""
    try:
        facade_object(name)
    except AttributeError:
        return True
    return False


def facade_modules() -> list[ModuleType]:
    """The modules of the facade that TFX has as well."""
    modules = [facade_object(name) for name in NAMES if not is_refused(name)]
    return [tfx, *(one for one in modules if isinstance(one, ModuleType))]
