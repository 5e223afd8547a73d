"""A notebook's cells without what belongs to the notebook alone."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from pipeline_lib.compiler.bound_names import bound_names
from pipeline_lib.compiler.references import chain_of
from pipeline_lib.interactive.magics import with_code_of_magics

_SHOWS = {"print", "display", "help"}
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class CellExport:
    """Takes cells one after another, in Python, and gives what of them a module needs.

    Left out are the context and all that is done with it or with what it gave, magics, what is
    only displayed, and what channels hold, which a module does not know.

    Args:
        contexts: names of the context, besides those that a cell makes one by.

    Attributes:
        components: names of what was given to `context.run`, in their order.
    """

    def __init__(self, contexts: Collection[str] = ()) -> None:
        self.components: list[str] = []
        self._contexts = set(contexts)
        self._of_session = set(contexts)

    def cell(self, source: str) -> str:
        """What a module needs of a cell, in which magics are calls of IPython's."""
        source = with_code_of_magics(source, python_of)
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return ""
        kept = [(statement, self._exported(statement)) for statement in tree.body]
        if _share_lines(tree.body):
            texts = (ast.unparse(one) if text is None else text for one, text in kept)
            return "\n".join(filter(None, texts))
        return _with_replaced(source, kept)

    def _exported(self, statement: ast.stmt) -> str | None:
        """What stands for a statement in a module; `None` for itself."""
        call = _call_in(statement)
        names = bound_names([statement])
        if call is not None and chain_of(call.func)[-1:] == ("InteractiveContext",):
            self._contexts |= names
            self._of_session |= names
            return ""
        if call is not None and self._is_run(call):
            self._of_session |= names
            return self._noted_component(call)
        if self._is_of_session(statement):
            self._of_session |= names
            return ""
        self._of_session -= names
        return "" if _only_shows(statement) else None

    def _is_run(self, call: ast.Call) -> bool:
        chain = chain_of(call.func)
        return len(chain) == 2 and chain[0] in self._contexts and chain[1] == "run"

    def _noted_component(self, call: ast.Call) -> str:
        named = [one.value for one in call.keywords if one.arg == "component"]
        given = [*call.args[:1], *named]
        if not given or (isinstance(given[0], ast.Name) and given[0].id in self._of_session):
            return ""
        if isinstance(given[0], ast.Name):
            name, text = given[0].id, ""
        else:
            name = f"component_{len(self.components) + 1}"
            text = f"{name} = {ast.unparse(given[0])}"
        if name not in self.components:
            self.components.append(name)
        return text

    def _is_of_session(self, statement: ast.stmt) -> bool:
        """Whether a statement needs the session: the context, IPython, what a channel holds."""
        for part in _run_at_once(statement):
            for one in ast.walk(part):
                if isinstance(one, ast.Call) and _reads_channel(one):
                    return True
                if isinstance(one, ast.Name) and self._names_session(one):
                    return True
        return False

    def _names_session(self, name: ast.Name) -> bool:
        names_it = name.id == "get_ipython" or name.id in self._of_session
        return names_it and isinstance(name.ctx, ast.Load)


def python_of(cell: str) -> str:
    """A cell in Python: magics and commands of the system are calls of IPython's."""
    from IPython.core.inputtransformer2 import TransformerManager

    return str(TransformerManager().transform_cell(cell))


def _call_in(statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.Expr(value=ast.Call() as call) | ast.Assign(value=ast.Call() as call):
            return call
        case ast.AnnAssign(value=ast.Call() as call):
            return call
    return None


def _run_at_once(statement: ast.stmt) -> Sequence[ast.AST]:
    """What of a statement is evaluated when it is reached: not the body of what it defines."""
    if not isinstance(statement, _DEFINING):
        return [statement]
    return [*statement.decorator_list, *getattr(statement, "bases", [])]


def _reads_channel(call: ast.Call) -> bool:
    """Whether it is a call such as `node.outputs["model"].get()`."""
    match call.func:
        case ast.Attribute(attr="get", value=ast.Subscript(value=ast.Attribute(attr="outputs"))):
            return True
    return False


def _only_shows(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in _SHOWS
        case ast.Expr(value=ast.Call() | ast.Await()):
            return False
        case ast.Expr():
            return True
    return False


def _share_lines(statements: Sequence[ast.stmt]) -> bool:
    return any(_first_line(after) <= (one.end_lineno or 0) for one, after in pairwise(statements))


def _with_replaced(source: str, kept: Iterable[tuple[ast.stmt, str | None]]) -> str:
    """The source with comments and layout as they are, but for what is replaced."""
    lines: list[str | None] = list(source.splitlines())
    for statement, text in kept:
        if text is not None:
            first, last = _first_line(statement), statement.end_lineno or statement.lineno
            lines[first - 1 : last] = [text or None, *[None] * (last - first)]
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])
