"""The Python code that magics run in the session: `%time x = f()`, `%%capture`."""

from __future__ import annotations

import ast
from collections.abc import Callable

RUN_CODE = frozenset({"time", "capture", "prun"})
"""Magics whose code binds names in the session."""

SKIP_FOR_EXPORT = "skip_for_export"
"""The magic of cells that stay in the notebook."""


def with_code_of_magics(
    cell: str, to_python: Callable[[str], str], run_code: frozenset[str] = RUN_CODE
) -> str:
    """A cell with the code that magics run in their place. Lines keep their numbers.

    Args:
        cell: the cell, in which magics are calls such as IPython makes of them.
        to_python: makes such calls of magics.
        run_code: names of the magics that are meant; others stay as they are.
    """
    try:
        statements = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return cell
    lines = cell.splitlines()
    for statement in statements:
        match statement:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=kind),
                    args=[ast.Constant(value=magic), *_, ast.Constant(value=str(code))],
                )
            ) if magic in run_code:
                if kind == "run_cell_magic":
                    return with_code_of_magics(to_python(code), to_python, run_code)
                lines[statement.lineno - 1] = code
    return "\n".join(lines)
