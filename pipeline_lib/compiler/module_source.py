"""A module as it is written: what it defines, what it imports, and what it does when imported."""

from __future__ import annotations

import ast
import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline_lib.compiler.bound_names import bound_names
from pipeline_lib.compiler.canonical_source import canonical_source
from pipeline_lib.compiler.first_party import FoundModule
from pipeline_lib.compiler.import_effects import is_for_type_checkers, matters, only_defines
from pipeline_lib.compiler.imports import Imports
from pipeline_lib.compiler.references import Chain, References, chain_of, references
from pipeline_lib.compiler.session_source import changed_names


@dataclass(frozen=True)
class Definition:
    """One statement of a module."""

    statement: ast.stmt
    package: str

    @cached_property
    def text(self) -> str:
        """The statement without what has no meaning."""
        return canonical_source(self.statement)

    @cached_property
    def references(self) -> References:
        """What it refers to."""
        return references(self.statement, self.package)

    @cached_property
    def decorators(self) -> list[Chain]:
        """The names that it is decorated with."""
        decorators = getattr(self.statement, "decorator_list", [])
        called = (one.func if isinstance(one, ast.Call) else one for one in decorators)
        return [chain for chain in map(chain_of, called) if chain]

    @cached_property
    def bases(self) -> list[Chain]:
        """The names of a class's bases and of its metaclass."""
        if not isinstance(self.statement, ast.ClassDef):
            return []
        metaclass = [one.value for one in self.statement.keywords if one.arg == "metaclass"]
        chains = map(chain_of, [*self.statement.bases, *metaclass])
        return [chain for chain in chains if chain]


class ModuleSource:
    """One module, read and not imported.

    Attributes:
        definitions: the statements that bind a name, by name.
        effects: the statements that do something when the module is imported; an interactive
            session, which never is, has none.
        imports: what the module imports where it is imported itself.
        is_python: whether it could be read at all; if not, only its content counts.
    """

    def __init__(self, found: FoundModule) -> None:
        self.name = found.name
        self.is_package = bool(found.folders)
        self.definitions: dict[str, list[Definition]] = defaultdict(list)
        self.effects: list[Definition] = []
        self.imports = Imports()
        self._package = found.package
        self._is_session = found.session is not None
        self._content = _content(found)
        tree = _parsed(self._content)
        self.is_python = tree is not None
        self.statements = [] if tree is None else [one for one in tree.body if matters(one)]
        for statement in self.statements:
            self._add(statement)
        if b"global" in self._content:
            self._add_global_assignments()

    def content_digest(self) -> str:
        """Digest of all that the module says."""
        if not self.is_python:
            return hashlib.sha256(self._content).hexdigest()[:16]
        return digest_of(map(canonical_source, self.statements))

    def _add(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            self.imports.add(statement, self._package)
            return
        definition = Definition(statement, self._package)
        changed = changed_names(statement) if self._is_session else set()
        for name in sorted(bound_names([statement]) | changed):
            self.definitions[name].append(definition)
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._add_inner_imports(statement, definition)
        if not self._is_session and not only_defines(statement):
            self.effects.append(definition)

    def _add_inner_imports(self, statement: ast.stmt, definition: Definition) -> None:
        """Note imports below an `if` or `try`: how they are chosen counts as well."""
        inner = Imports()
        for one in ast.walk(statement):
            if isinstance(one, (ast.Import, ast.ImportFrom)):
                inner.add(one, self._package)
        for name, targets in inner.targets.items():
            self.imports.targets[name] += targets
            if not is_for_type_checkers(statement):
                self.definitions[name].append(definition)
        if not is_for_type_checkers(statement):
            self.imports.modules += inner.modules
            self.imports.stars += inner.stars

    def _add_global_assignments(self) -> None:
        for definitions in list(self.definitions.values()):
            for definition in definitions:
                for name in definition.references.assigned:
                    if definition not in self.definitions[name]:
                        self.definitions[name].append(definition)


class Sources:
    """Reads each file once in a process, and again when it was edited."""

    _read: dict[FoundModule, tuple[tuple[int, int], ModuleSource]] = {}

    def __init__(self) -> None:
        self._current: dict[FoundModule, ModuleSource] = {}

    def source(self, found: FoundModule) -> ModuleSource:
        """The source of a module, as it was when it was first asked for."""
        if found not in self._current:
            self._current[found] = self._source(found)
        return self._current[found]

    def _source(self, found: FoundModule) -> ModuleSource:
        if found.session is not None:
            return ModuleSource(found)
        version = _version(found.path)
        known = self._read.get(found)
        if known is not None and known[0] == version:
            return known[1]
        source = ModuleSource(found)
        self._read[found] = (version, source)
        return source


def _content(found: FoundModule) -> bytes:
    if found.session is not None:
        return found.session.encode(errors="surrogatepass")
    return Path(found.path).read_bytes() if found.path else b""


def _version(path: str) -> tuple[int, int]:
    """Differs when a file was edited."""
    if not path:
        return (0, 0)
    status = os.stat(path)
    return (status.st_mtime_ns, status.st_size)


def digest_of(texts: Any) -> str:
    """A short digest of texts."""
    return hashlib.sha256("\n".join(texts).encode(errors="surrogatepass")).hexdigest()[:16]


def _parsed(content: bytes) -> ast.Module | None:
    try:
        return ast.parse(content)
    except (SyntaxError, ValueError):
        # It does not import either, which is reported where it is run.
        return None
