"""What a statement of a module does when the module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pipeline_lib.compiler.canonical_source import is_docstring
from pipeline_lib.compiler.references import chain_of

_WIRING = {"add_upstream_node", "add_upstream_nodes", "add_downstream_node", "add_downstream_nodes"}
"""Methods that connect the nodes of a pipeline, which has no effect on what the nodes do."""

_BLOCKS = {"Cond", "ForEach"}
"""Names of `with` blocks of a pipeline."""


def matters(statement: ast.stmt) -> bool:
    """Whether a statement makes a difference where its module is imported."""
    return not (
        is_docstring(statement) or isinstance(statement, ast.Pass) or _is_main_block(statement)
    )


def _is_main_block(statement: ast.stmt) -> bool:
    """`if __name__ == "__main__":`, which no import runs."""
    match statement:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"),
                ops=[ast.Eq()],
                comparators=[ast.Constant(value="__main__")],
            ),
            orelse=[],
        ):
            return True
    return False


def is_for_type_checkers(statement: ast.stmt) -> bool:
    """Whether it is `if TYPE_CHECKING:`, which is false where the module is imported."""
    return isinstance(statement, ast.If) and chain_of(statement.test)[-1:] == ("TYPE_CHECKING",)


def only_defines(statement: ast.stmt) -> bool:
    """Whether all that a statement does is to bind names."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Assign(targets=targets):
            return all(map(_is_name, targets))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return _is_name(target)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method in _WIRING
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.If(body=body, orelse=orelse):
            return all(map(only_defines, [*body, *orelse]))
        case ast.With(items=items, body=body):
            return all(map(_is_pipeline_block, items)) and all(map(only_defines, body))
        case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
            return all(map(only_defines, _all(body, handlers, orelse, finalbody)))
    return False


def _all(
    body: Sequence[ast.stmt], handlers: Sequence[ast.ExceptHandler], *others: Sequence[ast.stmt]
) -> Iterator[ast.stmt]:
    yield from body
    for handler in handlers:
        yield from handler.body
    for other in others:
        yield from other


def _is_name(target: ast.AST) -> bool:
    match target:
        case ast.Name():
            return True
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return all(map(_is_name, elements))
        case ast.Starred(value=value):
            return _is_name(value)
    return False


def _is_pipeline_block(item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and chain_of(call.func)[-1:] in {(name,) for name in _BLOCKS}
