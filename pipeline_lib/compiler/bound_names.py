"""The names that statements bind, with Python's rules of scope."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping),
)
_NAMING = ("name", "rest")
"""Fields of these in which the name is that they bind."""

_INSIDE: Mapping[type[ast.AST], tuple[str, ...]] = {
    ast.Assign: ("targets",),
    ast.AnnAssign: ("target",),
    ast.AugAssign: ("target",),
    ast.Delete: ("targets",),
    ast.For: ("target", "body", "orelse"),
    ast.AsyncFor: ("target", "body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.If: ("body", "orelse"),
    ast.With: ("items", "body"),
    ast.AsyncWith: ("items", "body"),
    ast.withitem: ("optional_vars",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Starred: ("value",),
    ast.Match: ("cases",),
    ast.match_case: ("pattern", "body"),
    ast.MatchAs: ("pattern",),
    ast.MatchOr: ("patterns",),
    ast.MatchSequence: ("patterns",),
    ast.MatchMapping: ("patterns",),
    ast.MatchClass: ("patterns", "kwd_patterns"),
    getattr(ast, "TryStar", ast.Try): ("body", "handlers", "orelse", "finalbody"),
}
"""Where statements of the same scope, and targets, stand in a node."""


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind in their own scope, but for those of imports and of `:=`."""
    names: set[str] = set()
    declared_global: set[str] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Global):
            declared_global.update(node.names)
        else:
            names.update(filter(None, (getattr(node, one, None) for one in _naming(node))))
            for place in _INSIDE.get(type(node), ()):
                inner = getattr(node, place)
                waiting += inner if isinstance(inner, list) else [inner] if inner else []
    return names - declared_global


def _naming(node: ast.AST) -> tuple[str, ...]:
    return _NAMING if isinstance(node, _NAMED) else ()
