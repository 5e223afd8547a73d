"""Collects the user's module files, by content."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline_lib.compiler.file_parts import file_parts
from pipeline_lib.errors import UserModuleError, did_you_mean
from pipeline_lib.ir.expressions import SourceFile
from pipeline_lib.ir.pipeline import Code, SourceBundle


class SourceBundles:
    """Makes a bundle of each module file and the modules beside it that it imports."""

    def __init__(self) -> None:
        self._bundles: dict[str, SourceBundle] = {}
        self._code: dict[str, Code] = {}

    def add(self, path: str, where: str, defines: Sequence[str] = ()) -> SourceFile:
        """Bundle the file at `path`, which must define the names `defines`.

        Raises:
            UserModuleError: there is no such file, one of them is no valid Python, or a name is
                not defined; the message begins with `where`.
        """
        entry = Path(path)
        trees = _file_and_siblings(entry, where)
        _check_names(entry, trees[entry.name].tree, where, defines)
        files = {name: parsed.source for name, parsed in trees.items()}
        text = json.dumps(files, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._bundles[digest] = SourceBundle(digest, files)
        self._code[digest] = Code(
            digest,
            {
                f"{name}:{part}": meaning
                for name, parsed in trees.items()
                for part, meaning in file_parts(parsed.tree).items()
            },
        )
        return SourceFile(digest, entry.name)

    def bundles(self) -> tuple[SourceBundle, ...]:
        """The bundles, by digest."""
        return tuple(self._bundles[digest] for digest in sorted(self._bundles))

    def code(self) -> tuple[Code, ...]:
        """What the files of each bundle mean, which comments and layout do not change.

        The parts are `file.py:name` of a definition and `file.py:<top level>`.
        """
        return tuple(self._code[digest] for digest in sorted(self._code))


@dataclass(frozen=True)
class _Parsed:
    source: str
    tree: ast.Module


def _file_and_siblings(path: Path, where: str) -> dict[str, _Parsed]:
    if not path.is_file():
        raise UserModuleError(
            f"{where}: module file {str(path)!r} does not exist. Paths are relative to "
            "the working directory; a path built from __file__ works everywhere."
        )
    files: dict[str, _Parsed] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current.name in files:
            continue
        files[current.name] = _parsed(current, where)
        waiting += _imported_siblings(current, files[current.name].tree)
    return files


def _parsed(path: Path, where: str) -> _Parsed:
    try:
        # In one encoding, whatever the author's locale: the same file must give the same digest.
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"it is not encoded in UTF-8 ({error.reason} at byte {error.start})"
        raise _no_python(path, where, reason) from error
    if "\0" in source:
        raise _no_python(path, where, "it holds a null byte")
    try:
        return _Parsed(source, ast.parse(source))
    except SyntaxError as error:
        raise _no_python(path, where, f"{error.msg} (line {error.lineno})") from error


def _imported_siblings(path: Path, tree: ast.Module) -> Iterator[Path]:
    for statement in ast.walk(tree):
        for name in _imported_names(statement):
            sibling = path.with_name(f"{name}.py")
            if sibling.is_file():
                yield sibling


def _imported_names(statement: ast.AST) -> Iterator[str]:
    """Modules that could be files beside this one: names with a dot are in packages."""
    match statement:
        case ast.Import(names):
            yield from (alias.name for alias in names if "." not in alias.name)
        case ast.ImportFrom(module=str(module), level=0) if "." not in module:
            yield module


def _check_names(path: Path, tree: ast.Module, where: str, wanted: Sequence[str]) -> None:
    """Refuse a file in which a name is surely missing; one that is made in odd ways passes."""
    bound = set(_bound_names(tree))
    functions = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
    for name in wanted:
        if name not in bound and "*" not in bound:
            raise UserModuleError(
                f"{where}: module file {str(path)!r} defines no function {name!r}."
                f"{did_you_mean(name, functions)}"
            )


def _bound_names(tree: ast.Module) -> Iterator[str]:
    """Every name that the module binds anywhere; `*` where it imports all of another."""
    for statement in ast.walk(tree):
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


def _no_python(path: Path, where: str, reason: str) -> UserModuleError:
    return UserModuleError(f"{where}: module file {str(path)!r} is no valid Python: {reason}.")
