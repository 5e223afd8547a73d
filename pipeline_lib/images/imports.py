"""What a project imports, and which installed distributions that comes from."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import PurePosixPath

from pipeline_lib.images.project import Project

LIBRARY_MODULES = ("pipeline_lib", "components")
"""Of this library's distribution."""


@dataclass(frozen=True)
class Imports:
    """What the modules of a project import from elsewhere.

    Attributes:
        distributions: names of the installed distributions.
        unknown: modules that are not installed here, with a file that imports each.
        of_library: modules of this library.
    """

    distributions: tuple[str, ...]
    unknown: dict[str, PurePosixPath]
    of_library: tuple[str, ...]


def imports_of(project: Project) -> Imports:
    """What the project's files import, guarded and deferred imports too."""
    own = project.modules()
    installed = _installed_modules()
    found: set[str] = set()
    unknown: dict[str, PurePosixPath] = {}
    of_library: set[str] = set()
    for file, module in _imported(project):
        first = module.partition(".")[0]
        if first in own or first in sys.stdlib_module_names:
            continue
        if first in LIBRARY_MODULES:
            of_library.add(first)
        elif first in installed:
            found |= set(_distributions(module, installed[first]))
        else:
            unknown.setdefault(first, file)
    return Imports(tuple(sorted(found, key=str.lower)), unknown, tuple(sorted(of_library)))


def _imported(project: Project) -> Iterator[tuple[PurePosixPath, str]]:
    for file in project.files:
        if file.suffix != ".py":
            continue
        try:
            tree = ast.parse((project.folder / file).read_bytes())
        except (SyntaxError, ValueError):  # a template, or of another Python: nothing imports it
            continue
        for statement in ast.walk(tree):
            match statement:
                case ast.Import(names=names):
                    yield from ((file, alias.name) for alias in names)
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    yield from ((file, f"{module}.{alias.name}") for alias in names)


def _installed_modules() -> dict[str, list[str]]:
    """The distributions that have a module, by its name: `a` of `a.b`.

    As `metadata.packages_distributions`, which on Python 3.10 knows only what old tools installed.
    """
    found: dict[str, list[str]] = {}
    for distribution in metadata.distributions():
        for module in _modules(distribution):
            found.setdefault(module, []).append(distribution.name)
    return found


def _modules(distribution: metadata.Distribution) -> set[str]:
    listed = (distribution.read_text("top_level.txt") or "").split()
    if listed:
        return set(listed)
    files = [file for file in distribution.files or [] if file.suffix in (".py", ".so")]
    return {file.parts[0].partition(".")[0] for file in files}


def _distributions(module: str, candidates: list[str]) -> list[str]:
    """Of several distributions that share a namespace, such as `google`, those with the module."""
    names = list(dict.fromkeys(candidates))
    if len(names) == 1:
        return names
    parts = module.split(".")
    for depth in range(len(parts), 1, -1):
        path = "/".join(parts[:depth])
        having = [name for name in names if _has(name, path)]
        if having:
            return having
    return names


def _has(distribution: str, path: str) -> bool:
    files = metadata.files(distribution) or []
    return any(str(file).startswith((f"{path}/", f"{path}.")) for file in files)
