"""A module file in parts, so that it can be told which of them was edited."""

from __future__ import annotations

import ast
from collections import defaultdict

from pipeline_lib.compiler.canonical_source import canonical_source, is_docstring
from pipeline_lib.compiler.module_source import digest_of

_TOP_LEVEL = "<top level>"
"""In place of a name: what the module does when it is imported."""


def file_parts(tree: ast.Module) -> dict[str, str]:
    """Digest of each definition by its name, and of the rest.

    Files whose parts are equal mean the same: statements that may depend on what stands before
    them count with their order.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    in_order = texts[_TOP_LEVEL]
    for statement in tree.body:
        if is_docstring(statement):
            continue
        name, text = _name(statement), canonical_source(statement)
        if not name:
            in_order.append(text)
            continue
        if name in texts or not _is_plain_function(statement):
            in_order.append(name)
        texts[name].append(text)
    return {name: digest_of(several) for name, several in texts.items()}


def _name(statement: ast.stmt) -> str:
    """The one name that a statement defines; empty for any other statement."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name
        case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return ""


def _is_plain_function(statement: ast.stmt) -> bool:
    """Whether it is the same wherever it stands: nothing is evaluated but when it is called."""
    match statement:
        case ast.FunctionDef(decorator_list=[], args=ast.arguments(defaults=[], kw_defaults=[])):
            return True
    return False
