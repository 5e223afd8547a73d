"""Finding the author's modules on disk, without importing them."""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec

import pipeline_lib
from pipeline_lib.errors import UserModuleError
from pipeline_lib.execution.main_module import SESSION, main_module_name


@dataclass(frozen=True)
class FoundModule:
    """A module and where it lies.

    Attributes:
        path: its file; empty for a package that is only a folder.
        folders: where its submodules lie; empty if it is no package.
        session: the source of an interactive session, which is in no file.
    """

    name: str
    path: str
    folders: tuple[str, ...] = ()
    session: str | None = None

    @property
    def package(self) -> str:
        """The package that relative imports in the module begin at."""
        return self.name if self.folders else self.name.rpartition(".")[0]


class ModuleFinder:
    """Finds modules by name, each once.

    First-party is what is neither Python's own, nor installed, nor this library.

    Args:
        session: the source of an interactive session, if this is one that is known.
    """

    def __init__(self, session: str | None = None) -> None:
        self._found: dict[str, FoundModule | None] = {}
        if session is not None:
            self._found[SESSION] = FoundModule(SESSION, "", session=session)
        self._first_party: dict[str, bool] = {}
        self._packages: dict[str, Sequence[FoundModule]] = {}

    def first_party(self, name: str) -> FoundModule | None:
        """The author's module of that name."""
        top = name.partition(".")[0]
        if top not in self._first_party:
            found = self._find(top)
            self._first_party[top] = found is not None and _is_first_party(found)
        return self._find(name) if self._first_party[top] else None

    def packages(self, name: str) -> Sequence[FoundModule]:
        """The author's packages that a module is in, outermost first, and the module."""
        if name not in self._packages:
            above = name.rpartition(".")[0]
            found = self.first_party(name)
            self._packages[name] = (
                *(self.packages(above) if above else ()),
                *([found] if found is not None else ()),
            )
        return self._packages[name]

    def any_module(self, name: str) -> FoundModule:
        """The module of that name, whoever wrote it.

        Raises:
            UserModuleError: there is none that lies in a file.
        """
        found = self._find(name)
        if found is not None and found.session is not None:
            return found
        if found is None or not os.path.isfile(found.path):
            if name == SESSION:
                raise UserModuleError(
                    "A component of the pipeline is defined in an interactive session, where only "
                    "InteractiveContext runs it. Run the pipeline with "
                    "InteractiveContext().run(pipeline), or put the component into a .py file."
                )
            raise UserModuleError(
                f"Module {name!r} cannot be found. It must be importable where the pipeline is "
                "compiled: is it on sys.path, or its package installed?"
            )
        return found

    def _find(self, name: str) -> FoundModule | None:
        if name not in self._found:
            above, _, last = name.rpartition(".")
            if not above:
                self._found[name] = _top_level(name)
            else:
                package = self._find(above)
                self._found[name] = None if package is None else _inside(package, last)
        return self._found[name]


def _top_level(name: str) -> FoundModule | None:
    if name == main_module_name():
        path = getattr(sys.modules["__main__"], "__file__", None)
        return FoundModule(name, path) if path else None
    spec = _top_level_spec(name)
    return None if spec is None else _at(spec, name)


def _top_level_spec(name: str) -> ModuleSpec | None:
    """Only for names without a dot: looking for others would import the packages above them."""
    loaded: ModuleSpec | None = getattr(sys.modules.get(name), "__spec__", None)
    if loaded is not None:
        return loaded
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


def _inside(package: FoundModule, name: str) -> FoundModule | None:
    full_name = f"{package.name}.{name}"
    if full_name == main_module_name():  # started with `python -m`
        path = getattr(sys.modules["__main__"], "__file__", None)
        return FoundModule(full_name, path) if path else None
    for folder in package.folders:
        place = os.path.join(folder, name)
        if os.path.isfile(os.path.join(place, "__init__.py")):
            return FoundModule(full_name, os.path.join(place, "__init__.py"), (place,))
        if os.path.isfile(f"{place}.py"):
            return FoundModule(full_name, f"{place}.py")
        if os.path.isdir(place):
            return FoundModule(full_name, "", (place,))
    return _loaded(full_name)


def _loaded(name: str) -> FoundModule | None:
    """Where a finder of its own, as that of `tfx.examples`, has found a module."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return None if spec is None else _at(spec, name)


def _at(spec: ModuleSpec, name: str) -> FoundModule:
    path = spec.origin if spec.has_location else None
    return FoundModule(name, path or "", tuple(spec.submodule_search_locations or ()))


def _is_first_party(found: FoundModule) -> bool:
    if found.session is not None:
        return True
    places = [found.path] if found.path else found.folders
    return any(os.path.exists(place) for place in places) and not any(
        os.path.join(place, "").startswith(_others()) for place in places
    )


@cache
def _others() -> tuple[str, ...]:
    """Folders of modules that are not the author's."""
    python = sysconfig.get_paths()
    folders = [
        python["stdlib"],
        python["platstdlib"],
        *site.getsitepackages(),
        site.getusersitepackages(),
        os.path.dirname(pipeline_lib.__file__),
    ]
    return tuple(os.path.join(folder, "") for folder in folders)
