"""The author's modules that a module imports, found by reading them and not by importing them."""

from __future__ import annotations

import ast
import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

import pipeline_lib


@dataclass(frozen=True)
class SourceModule:
    """A module and the file that it is in."""

    name: str
    path: str

    @property
    def package(self) -> str:
        """The package that relative imports in the module begin at."""
        if os.path.basename(self.path) == "__init__.py":
            return self.name
        return self.name.rpartition(".")[0]


def imported_modules(module: SourceModule) -> list[SourceModule]:
    """The first-party modules that `module` imports, and those that they import, by name.

    First-party is what is neither Python's own, nor installed, nor this library. Imports inside
    functions count; what is imported under a name that is computed is not seen.
    """
    found: dict[str, SourceModule] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        for name in _imported_names(current):
            for imported in _first_party(name):
                if imported.name not in found and imported.path != module.path:
                    found[imported.name] = imported
                    waiting.append(imported)
    return [found[name] for name in sorted(found)]


def _imported_names(module: SourceModule) -> Iterator[str]:
    """Absolute names of what a module imports; some may be names in a module and not modules."""
    for level, name in _import_statements(module.path, os.stat(module.path).st_mtime_ns):
        if level == 0:
            yield name
            continue
        packages = module.package.split(".")
        base = packages[: len(packages) - level + 1]
        yield ".".join([*base, name] if name else base)


@cache
def _import_statements(path: str, modified: int) -> list[tuple[int, str]]:
    """Level and name of each import in a file; `modified` makes an edited file another one."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (SyntaxError, ValueError):
        # It does not import either, which is reported where it is run.
        return []
    found = []
    for statement in ast.walk(tree):
        match statement:
            case ast.Import(names):
                found += [(0, alias.name) for alias in names]
            case ast.ImportFrom(module=module, names=names, level=level):
                prefix = f"{module}." if module else ""
                found += [(level, f"{prefix}{alias.name}") for alias in names]
    return found


def _first_party(name: str) -> Iterator[SourceModule]:
    """The module of that name and the packages that it is in, as far as they are first-party."""
    top, *rest = name.split(".")
    spec = _top_level_spec(top)
    if spec is None or not _is_first_party(spec):
        return
    if spec.origin is not None:
        yield SourceModule(top, spec.origin)
    folders = list(spec.submodule_search_locations or [])
    for depth, part in enumerate(rest, start=2):
        path = _module_path(folders, part)
        if path is None:
            return
        yield SourceModule(".".join(name.split(".")[:depth]), path)
        folders = [os.path.dirname(path)] if path.endswith("__init__.py") else []


def _top_level_spec(name: str) -> ModuleSpec | None:
    """Only for names without a dot: looking for others would import the packages above them."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded.__spec__
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


def _is_first_party(spec: ModuleSpec) -> bool:
    places = [spec.origin, *(spec.submodule_search_locations or [])]
    paths = [place for place in places if place is not None]
    return (
        bool(paths)
        and not any(path.startswith(_others()) for path in paths)
        and any(os.path.exists(path) for path in paths)
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
    return (*tuple(os.path.join(folder, "") for folder in folders), "built-in", "frozen")


def _module_path(folders: list[str], name: str) -> str | None:
    for folder in folders:
        for path in (os.path.join(folder, name, "__init__.py"), os.path.join(folder, f"{name}.py")):
            if os.path.isfile(path):
                return path
    return None
