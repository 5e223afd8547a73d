"""What the facade's modules have in common: names that load when they are used, and refusals.

A module of the facade re-exports what is there. For every other name its `__getattr__` is one of
those made here; type checkers do not see it, so that a typo is an error in the editor, too.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from pipeline_lib.errors import did_you_mean
from pipeline_lib.tfx.not_here import what_to_use

_FACADE = "pipeline_lib.tfx"


def refuse(module: str) -> Callable[[str], Any]:
    """A `__getattr__` for a facade module: every name that it is asked for is not there."""
    return lambda name: _refuse(module, name)


def load_when_used(module: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` that imports a name's place, `package.module:name` or a module, when used.

    Args:
        module: name of the facade module.
        places: for each name where it is; others are refused.
    """

    def load(name: str) -> Any:
        if name not in places:
            return _refuse(module, name)
        found = object_at(places[name])
        setattr(sys.modules[module], name, found)
        return found

    return load


def object_at(place: str) -> Any:
    """The module, or the object in a module, at `package.module` or `package.module:name`."""
    module_name, _, name = place.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, name) if name else module


def refusal(tfx_module: str, name: str, existing: list[str]) -> str:
    """Why a TFX module has no such name here, and what to use.

    Args:
        tfx_module: TFX's name of the module: `tfx.components`.
        name: the name that it was asked for.
        existing: the names that it has.
    """
    full_name = f"{tfx_module}.{name}"
    instead = what_to_use(full_name)
    if instead:
        return f"{full_name} is not in pipeline_lib: {instead}"
    return f"{tfx_module} has no {name!r}.{did_you_mean(name, existing)}"


def _refuse(module: str, name: str) -> Any:
    if name.startswith("__"):  # Python asks for __path__ and others by itself
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    existing: list[str] = sys.modules[module].__all__
    raise AttributeError(refusal(f"tfx{module.removeprefix(_FACADE)}", name, existing))
