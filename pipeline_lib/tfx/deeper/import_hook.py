"""Serves `tfx` and the modules below it from this library, to programs that import them.

`tfx.v1` and what is below it are the modules of the facade. The others are made from the tables
in `places`. An import of a module or a name that is not there says what to use.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from pipeline_lib.tfx.deeper.places import NAMES, SAME_MODULE
from pipeline_lib.tfx.facade_module import object_at, refusal

_V1 = "tfx.v1"
_FACADE = "pipeline_lib.tfx"
_EXAMPLES = ("tfx.examples", "tfx.experimental.templates")
"""Programs that TFX brings along: they are imported from a checkout or an installation of TFX."""

_MODULES = {_V1, *SAME_MODULE, *NAMES, *_EXAMPLES}
_PACKAGES = {
    module.rsplit(".", depth)[0] for module in _MODULES for depth in range(1, module.count("."))
}


def install() -> None:
    """Let imports of modules below `tfx` in this process find this library's."""
    if not any(isinstance(finder, _TfxFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TfxFinder())


class _TfxFinder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if _is_below(_FACADE, fullname):
            return PathFinder.find_spec(fullname, path) or _refuse(fullname)
        if not _is_below("tfx", fullname):
            return None
        if fullname.startswith(_EXAMPLES):
            return _spec_of_example(fullname, path)
        if fullname in SAME_MODULE:
            return ModuleSpec(fullname, _Alias(SAME_MODULE[fullname]))
        if fullname == _V1 or _is_below(_V1, fullname):
            ours = _FACADE + fullname.removeprefix(_V1)
            if fullname == _V1 or PathFinder.find_spec(ours, path):
                return ModuleSpec(fullname, _Alias(ours))
        elif fullname in NAMES or fullname in _PACKAGES:
            return ModuleSpec(fullname, _FromTable(), is_package=True)
        return _refuse(fullname)


class _Alias(Loader):
    """Gives a module of this library another name."""

    def __init__(self, ours: str) -> None:
        self._ours = ours

    def exec_module(self, module: ModuleType) -> None:
        found = object_at(self._ours)
        _let_refuse_by_import(found)
        # The import system goes on with what it finds in sys.modules now.
        sys.modules[module.__name__] = found


class _FromTable(Loader):
    """Makes a module whose names are looked up when they are used."""

    def exec_module(self, module: ModuleType) -> None:
        places = NAMES.get(module.__name__, {})
        module.__dict__.update(__all__=list(places), __getattr__=_look_up(module, places))


def _look_up(module: ModuleType, places: Mapping[str, str]) -> Callable[[str], Any]:
    def look_up(name: str) -> Any:
        if name not in places:
            raise AttributeError(refusal(module.__name__, name, _names_in(module)))
        found = object_at(places[name])
        setattr(module, name, found)
        return found

    return look_up


def _let_refuse_by_import(module: ModuleType) -> None:
    """`from module import name` looks for a submodule, and so asks the finder, in packages only."""
    module.__dict__.setdefault("__path__", [])


def _refuse(fullname: str) -> ModuleSpec | None:
    parent, _, name = fullname.rpartition(".")
    # No ModuleNotFoundError: of a name in `from module import name` that would be swallowed.
    tfx_parent = (
        f"tfx{parent.removeprefix(_FACADE)}" if _is_below("pipeline_lib", parent) else parent
    )
    raise ImportError(refusal(tfx_parent, name, _names_in(sys.modules[parent])), name=fullname)


def _names_in(module: ModuleType) -> list[str]:
    """The names that a module gives, and the modules directly below it."""
    below = {
        one.removeprefix(f"{module.__name__}.").partition(".")[0]
        for one in _MODULES
        if _is_below(module.__name__, one)
    }
    return sorted({*getattr(module, "__all__", ()), *below})


def _spec_of_example(fullname: str, path: Sequence[str] | None) -> ModuleSpec:
    if fullname in _EXAMPLES:
        above = fullname.split(".")[:-1]
        path = [os.path.join(folder, *above) for folder in sys.path]
    spec = PathFinder.find_spec(fullname, path)
    if spec is None:
        raise ImportError(
            f"{fullname} is not found. TFX's own programs are taken from a checkout of TFX: put "
            "the folder that holds its folder 'tfx' on PYTHONPATH.",
            name=fullname,
        )
    return spec


def _is_below(package: str, module: str) -> bool:
    return module.startswith(f"{package}.")
