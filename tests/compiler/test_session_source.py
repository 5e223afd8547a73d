from __future__ import annotations

import ast
from collections.abc import Mapping
from textwrap import dedent

import pytest

from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.compiler.session_source import SessionSource


def text_after(*cells: str) -> str:
    session = SessionSource()
    for cell in cells:
        session.ran(dedent(cell))
    return session.text()


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["x = 1", "x = 2"], "x = 2"),
        (["x = 1", "x = x + 1"], "x = 1\nx = x + 1"),
        (["x = 1", "x += 1", "x += 1"], "x = 1\nx += 1\nx += 1"),
        (["x = 1", "x += 1", "x = 1"], "x = 1"),
        (["def f(n): return f(n - 1)"] * 2, "def f(n):\n    return f(n - 1)"),
        (["def f(): ...", "f = cached(f)"], "def f():\n    ...\nf = cached(f)"),
        (["import os", "os.makedirs('x')", "os.listdir()"], "import os"),
        (["import os", "os.environ['A'] = 'b'"], "import os\nos.environ['A'] = 'b'"),
        (["from a import b", "from c import b"], "from c import b"),
        (["from a import *", "from a import *"], "from a import *"),
        (["names = []", "names.append(1)", "names.append(1)"], None),
        (["a, b = 1, 2", "a = 3"], "a, b = (1, 2)\na = 3"),
        (["a, b = 1, 2", "a = 3", "b = 4"], "a = 3\nb = 4"),
        (["x = 1", "del x"], ""),
        (["c = {}", "del c['x']"], "c = {}\ndel c['x']"),
        (["x = 1", "x: int"], "x = 1"),
        (["if flag:\n    x = 1"] * 2, "if flag:\n    x = 1"),
        (["x = 0", "if flag:\n    x = 1"], "x = 0\nif flag:\n    x = 1"),
        (["print('hello')", "x", "context.show(x)"], "context.show(x)"),
        (["x = 1", "x = ("], "x = 1"),
    ],
)
def test_what_counts_for_a_name(cells: list[str], text: str | None) -> None:
    expected = text if text is not None else "\n".join(cells)
    assert text_after(*cells) == ast.unparse(ast.parse(expected))


def test_what_comes_after_a_line_was_not_run() -> None:
    session = SessionSource()
    session.ran("x = 1\nraise ValueError\nx = 2", before_line=2)
    assert session.text() == "x = 1"


CELLS = """
    import math

    LIMIT = 3
    OTHER = 4
    names = {}

    def helper(x):
        return x + LIMIT

    def Step(x):
        return helper(math.sin(x))
    """


def parts_after(*cells: str) -> Mapping[str, str]:
    code = CodeDigests(text_after(CELLS, *cells))
    code.add("__main__:Step")
    (found,) = code.all()
    return {name: one for name, one in found.parts.items() if name != "pipeline_lib"}


def test_parts_are_what_is_reached() -> None:
    assert set(parts_after()) == {"__main__:Step", "__main__:helper", "__main__:LIMIT"}


@pytest.mark.parametrize(
    "cell",
    [
        "OTHER = 5",
        "print(Step(1))",
        "names['x'] = 1",
        "def helper(x):\n    # a comment\n    return x + LIMIT",
        "LIMIT = 3",
    ],
)
def test_cell_that_changes_nothing(cell: str) -> None:
    assert parts_after(cell) == parts_after()


@pytest.mark.parametrize(
    ("cell", "changed"),
    [
        ("LIMIT = 4", "__main__:LIMIT"),
        ("LIMIT += 1", "__main__:LIMIT"),
        ("def helper(x):\n    return x", "__main__:helper"),
        ("def Step(x):\n    return x", "__main__:Step"),
    ],
)
def test_cell_that_changes_a_part(cell: str, changed: str) -> None:
    before, after = parts_after(), parts_after(cell)
    assert before[changed] != after[changed]
    assert parts_after(cell, CELLS) == before
