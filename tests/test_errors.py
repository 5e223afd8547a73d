from __future__ import annotations

import inspect

import pytest

from pipeline_lib import errors
from pipeline_lib.errors import (
    AuthoringError,
    InvalidPipelineError,
    PipelineLibError,
    UnsupportedError,
    did_you_mean,
)


def test_unknown_name_is_told_what_exists_and_the_near_match() -> None:
    assert did_you_mean("modle", ["schema", "model"]) == (
        " These exist: 'model', 'schema'. Did you mean 'model'?"
    )


def test_without_a_near_match_only_what_exists_is_told() -> None:
    assert did_you_mean("xyz", ["schema", "model"]) == " These exist: 'model', 'schema'."


def test_where_nothing_exists_that_is_said() -> None:
    assert did_you_mean("model", []) == " None exist."


def test_a_name_that_is_no_string_is_told_what_exists() -> None:
    assert did_you_mean(0, ["model"]) == " These exist: 'model'."  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [AuthoringError, UnsupportedError, InvalidPipelineError])
def test_what_is_written_wrong_is_caught_as_a_value_error(error: type[PipelineLibError]) -> None:
    assert issubclass(error, ValueError)


def test_the_tree_in_the_docstring_holds_every_error_below_its_parent() -> None:
    tree = inspect.getdoc(errors) or ""
    parents: list[str] = []
    drawn = {}
    for line in tree.splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if name.endswith("Error"):
            depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
            parents[depth:] = [name]
            drawn[name] = parents[depth - 1] if depth else "Exception"
    actual = {
        name: value.__base__.__name__
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, PipelineLibError) and value.__base__
    }
    assert drawn == actual
