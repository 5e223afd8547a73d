"""Collects the user's module files, by content."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from pipeline_lib.errors import UserModuleError
from pipeline_lib.ir.expressions import SourceFile
from pipeline_lib.ir.pipeline import SourceBundle


class SourceBundles:
    """Makes a bundle of each module file and the modules beside it that it imports."""

    def __init__(self) -> None:
        self._bundles: dict[str, SourceBundle] = {}

    def add(self, path: str, where: str) -> SourceFile:
        """Bundle the file at `path`.

        Raises:
            UserModuleError: there is no such file, or it is no valid Python; the message begins
                with `where`.
        """
        files = _file_and_siblings(Path(path), where)
        text = json.dumps(files, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._bundles[digest] = SourceBundle(digest, files)
        return SourceFile(digest, Path(path).name)

    def bundles(self) -> tuple[SourceBundle, ...]:
        """The bundles, by digest."""
        return tuple(self._bundles[digest] for digest in sorted(self._bundles))


def _file_and_siblings(path: Path, where: str) -> dict[str, str]:
    if not path.is_file():
        raise UserModuleError(
            f"{where}: module file {str(path)!r} does not exist. Paths are relative to "
            "the working directory; a path built from __file__ works everywhere."
        )
    files: dict[str, str] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current.name in files:
            continue
        files[current.name] = current.read_text()
        waiting += _imported_siblings(current, files[current.name], where)
    return files


def _imported_siblings(path: Path, source: str, where: str) -> Iterator[Path]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UserModuleError(
            f"{where}: module file {str(path)!r} is no valid Python: "
            f"{error.msg} (line {error.lineno})."
        ) from error
    for statement in ast.walk(tree):
        for name in _imported_names(statement):
            sibling = path.with_name(f"{name}.py")
            if sibling.is_file():
                yield sibling


def _imported_names(statement: ast.AST) -> Iterator[str]:
    match statement:
        case ast.Import(names):
            yield from (alias.name.split(".")[0] for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module.split(".")[0]
