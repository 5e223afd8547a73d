"""The source of an interactive session, as one module: of each name, what gave it its value."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pipeline_lib.compiler.bound_names import bound_names
from pipeline_lib.compiler.imports import Imports

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = ("import ", "from ")


class SessionSource:
    """Keeps the statements that were run last for each name, in the order in which they ran.

    A name that is bound anew forgets what gave it its value before; `names.append("x")` or
    `total += 1` adds to it. A method that is called on an imported name, mostly a function of a
    module, does not, and statements that give no name a value are not kept.
    """

    def __init__(self) -> None:
        self._count = 0
        self._statements: dict[str, list[tuple[int, str]]] = {}

    def ran(self, source: str, before_line: int | None = None) -> None:
        """Note that a piece of source was run, or only what of it begins before a line."""
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            return  # nothing of it was run
        for statement in tree.body:
            if before_line is None or statement.lineno < before_line:
                self._add(statement)

    def text(self) -> str:
        """The source as that of a module."""
        kept = {one for statements in self._statements.values() for one in statements}
        return "\n".join(text for _, text in sorted(kept))

    def _add(self, statement: ast.stmt) -> None:
        self._count += 1
        entry = (self._count, ast.unparse(statement))
        if isinstance(statement, ast.Delete):
            for name in bound_names([statement]):
                self._statements.pop(name, None)
        for name in _bound(statement):
            before = self._statements.get(name, [])
            self._statements[name] = [*_still_valid(before, name, statement, entry[1]), entry]
        for name in changed_names(statement):
            if not (isinstance(statement, ast.Expr) and self._is_imported(name)):
                self._statements.setdefault(name, []).append(entry)

    def _is_imported(self, name: str) -> bool:
        return any(text.startswith(_IMPORTS) for _, text in self._statements.get(name, ()))


def changed_names(statement: ast.stmt) -> set[str]:
    """The names whose values a statement changes without binding them: `config["x"] = 1`."""
    match statement:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            changed = targets
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            changed = [target]
        case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
            changed = [method]
        case _:
            changed = []
    return {root for target in changed for root in _roots(target)}


def _roots(target: ast.AST) -> Iterator[str]:
    match target:
        case ast.Attribute(value=value) | ast.Subscript(value=value) | ast.Call(func=value):
            yield from [value.id] if isinstance(value, ast.Name) else _roots(value)
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _roots(element)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, those of imports among them."""
    if isinstance(statement, ast.Delete):
        return set()
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    names = bound_names([statement])
    for one in ast.walk(statement) if not isinstance(statement, _DEFINING) else ():
        if isinstance(one, (ast.Import, ast.ImportFrom)):
            imports = Imports()
            imports.add(one, "")
            names |= {*imports.targets, *(f"* {module}" for module in imports.stars)}
    return names


def _still_valid(
    before: list[tuple[int, str]], name: str, statement: ast.stmt, text: str
) -> list[tuple[int, str]]:
    """What a name owes to earlier statements when another one binds it."""
    if _reads(statement, name):
        return before
    if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, *_DEFINING)):
        return []
    # One that may bind the name, such as `if`, and that was run again as it is.
    return [entry for entry in before if entry[1] != text]


def _reads(statement: ast.stmt, name: str) -> bool:
    """Whether a statement needs the value that a name has before it."""
    if isinstance(statement, ast.AugAssign):
        return True
    parts: list[ast.AST] = [statement]
    if isinstance(statement, _DEFINING):
        parts = [*statement.decorator_list, *getattr(statement, "bases", [])]
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        parts = [statement.value] if statement.value is not None else []
    return any(
        isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load)
        for part in parts
        for one in ast.walk(part)
    )
