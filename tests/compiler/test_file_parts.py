from __future__ import annotations

import ast

import pytest

from pipeline_lib.compiler.file_parts import file_parts

SOURCE = """
'''What it is.'''
import os

SIZE = 3


def build(count):
    return count


def run_fn(fn_args, size=SIZE):
    return build(size)


class Layer:
    pass


print(SIZE)
"""


def changed(source: str) -> set[str]:
    """Names of the parts that differ from those of `SOURCE`."""
    before, after = file_parts(ast.parse(SOURCE)), file_parts(ast.parse(source))
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("What it is.", "What it does.", set()),
        ("SIZE = 3", "SIZE = 3  # a comment", set()),
        ("SIZE = 3", "SIZE = 4", {"SIZE"}),
        ("SIZE = 3", "SIZE: int = 3", {"SIZE"}),
        ("return count", "return count + 1", {"build"}),
        ("build(size)", "build(size + 1)", {"run_fn"}),
        ("class Layer:\n    pass", "class Layer:\n    size = 3", {"Layer"}),
        ("import os", "import os, sys", {"<top level>"}),
        ("print(SIZE)", "print(SIZE + 1)", {"<top level>"}),
        ("print(SIZE)", "print(SIZE)\n\ndef more():\n    pass", {"more"}),
        ("print(SIZE)", "print(SIZE)\n\nMORE = SIZE", {"MORE", "<top level>"}),
    ],
)
def test_an_edit_changes_the_part_that_it_is_in(old: str, new: str, parts: set[str]) -> None:
    assert SOURCE.count(old) == 1
    assert changed(SOURCE.replace(old, new)) == parts


def test_functions_may_stand_anywhere() -> None:
    build = "def build(count):\n    return count\n"
    assert SOURCE.count(build) == 1
    assert changed(SOURCE.replace(build, "") + build) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A = 1\nB = A\nA = 2\n", "A = 1\nA = 2\nB = A\n"),
        ("A = 1\ndef f(a=A): pass\nA = 2\n", "A = 1\nA = 2\ndef f(a=A): pass\n"),
        ("def f(): return 1\ndef f(): return 2\n", "def f(): return 2\ndef f(): return 1\n"),
        ("@g\ndef f(): pass\n@g\ndef h(): pass\n", "@g\ndef h(): pass\n@g\ndef f(): pass\n"),
        ("a, b = 1, 2\n", "a, b = 1, 3\n"),
        ("", "pass\n"),
    ],
)
def test_order_counts_where_it_matters(one: str, other: str) -> None:
    assert file_parts(ast.parse(one)) != file_parts(ast.parse(other))
