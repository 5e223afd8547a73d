"""The text of a piece of source that is the same however the source is laid out."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_WITHOUT_MEANING = {"ctx", "type_comment", "kind", "type_ignores"}
_FIELDS: dict[type, tuple[str, ...]] = {}


def canonical_source(node: ast.AST) -> str:
    """A text of everything in `node` but comments, docstrings and layout."""
    pieces: list[str] = []
    _write(node, pieces.append)
    return "".join(pieces)


def is_docstring(statement: ast.stmt) -> bool:
    """Whether a statement is a string and nothing else."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _write(node: ast.AST, write: Callable[[str], Any]) -> None:
    kind = type(node)
    if kind is ast.Constant:
        write(repr(node.value))  # type: ignore[attr-defined]
        return
    if kind is ast.Name:
        write(node.id)  # type: ignore[attr-defined]
        return
    write(f"{kind.__name__}(")
    for name in _fields(kind):
        value = getattr(node, name, None)
        # What is absent is left out, so that a newer Python's new fields change nothing.
        if value is not None and value != []:
            write(f"{name}=")
            _write_value(_without_docstring(node, value) if name == "body" else value, write)
    write(")")


def _write_value(value: Any, write: Callable[[str], Any]) -> None:
    if isinstance(value, ast.AST):
        _write(value, write)
    elif isinstance(value, list):
        for item in value:
            _write_value(item, write)
            write(",")
    else:
        write(repr(value))


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(name for name in kind._fields if name not in _WITHOUT_MEANING)
    return _FIELDS[kind]


def _without_docstring(node: ast.AST, body: Any) -> Any:
    if isinstance(node, _DOCUMENTED) and is_docstring(body[0]):
        return body[1:]
    return body
