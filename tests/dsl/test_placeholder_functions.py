"""Text and paths of future values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_lib import RuntimeParameter
from pipeline_lib import placeholders as ph
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises

RATE = ph.exec_property("rate")
PLACE = RuntimeParameter("place", str)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (ph.join(["--rate=", RATE]), "join('', ['--rate=', exec_property('rate')])"),
        (
            ph.join([RATE, "b", PLACE], ","),
            "join(',', [exec_property('rate'), 'b', runtime_parameter('place')])",
        ),
        (ph.join(["a", "b"], RATE), "join(exec_property('rate'), ['a', 'b'])"),
        (ph.join(RATE, ","), "join(',', exec_property('rate'))"),
        (ph.join(ph.make_list(["a", RATE]), ","), "join(',', ['a', exec_property('rate')])"),
        (
            ph.join_path("a", RATE, PLACE),
            "join_path('a', exec_property('rate'), runtime_parameter('place'))",
        ),
        (ph.dirname(RATE), "dirname(exec_property('rate'))"),
        (ph.dirname(PLACE), "dirname(runtime_parameter('place'))"),
    ],
)
def test_function_becomes_an_expression(placeholder: object, text: str) -> None:
    assert repr(placeholder) == text
    assert getattr(placeholder, "value_type", None) is str


@pytest.mark.parametrize(
    ("items", "separator", "text"), [([], ",", ""), (["a"], ",", "a"), (("a", "b"), "-", "a-b")]
)
def test_join_of_what_is_known_is_a_text(items: Any, separator: str, text: str) -> None:
    assert ph.join(items, separator) == text


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ph.join("abc"), "join(...) takes a list, got 'abc'. Write ['abc']."),
        (
            lambda: ph.join(["a", 1]),
            "Text cannot be joined with 1 of type int: join text and future values.",
        ),
        (
            lambda: ph.join(ph.dirname("a")),
            "join(...) takes a list, got dirname('a').",
        ),
        (
            lambda: ph.join([RATE], 1),  # type: ignore[arg-type]
            "Text cannot be joined with 1 of type int: join text and future values.",
        ),
        (lambda: ph.join_path(), "join_path(...) takes at least one part."),
        (
            lambda: ph.join_path("a", RuntimeParameter("n", int)),
            f"A path consists of text, got {RuntimeParameter('n', int)!r}, which is int.",
        ),
        (
            lambda: ph.dirname(ph.input("model")),  # type: ignore[arg-type]
            "Text cannot be joined with input('model') of type ArtifactsPlaceholder: "
            "join text and future values.",
        ),
    ],
)
def test_what_is_no_text_is_refused(call: Callable[[], object], message: str) -> None:
    with raises(AuthoringError, message):
        call()
