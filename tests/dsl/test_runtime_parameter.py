from __future__ import annotations

from typing import Any

import pytest

from pipeline_lib import ModuleFile, RuntimeParameter
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises


@pytest.mark.parametrize(
    ("ptype", "default", "kept"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (str, "x", "x"),
        (bool, False, False),
        (list, (1, 2), [1, 2]),
        (dict, {"a": (1,)}, {"a": [1]}),
        (int, None, None),
    ],
)
def test_default_is_of_the_declared_type(ptype: type, default: Any, kept: Any) -> None:
    assert repr(RuntimeParameter("x", ptype, default=default).default) == repr(kept)


@pytest.mark.parametrize(
    ("ptype", "default", "message"),
    [
        (int, "3", "takes int, got '3' of type str."),
        (int, True, "takes int, got True of type bool."),
        (list, {}, "takes list, got {} of type dict."),
        (dict, [], "takes dict, got [] of type list."),
        (
            bytes,
            None,
            "cannot be of type <class 'bytes'>: int, float, str, bool, list and dict are allowed.",
        ),
        (
            ModuleFile,
            None,
            "cannot be a ModuleFile: a user's module is read when the pipeline is compiled.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(ptype: type, default: Any, message: str) -> None:
    with raises(AuthoringError, f"Runtime parameter 'x' {message}"):
        RuntimeParameter("x", ptype, default=default)


@pytest.mark.parametrize("name", ["", "a=b", 3, None])
def test_a_name_that_nobody_could_give_is_refused(name: Any) -> None:
    message = f"Runtime parameter {name!r}: a name is text without '=', got {name!r}."
    with raises(AuthoringError, message):
        RuntimeParameter(name, int)
