"""What `inspect.signature` tells of a component function, and with it notebooks and `help`."""

from __future__ import annotations

import inspect

from tests.dsl import eager_steps, steps


def test_outputs_are_left_out_and_names_are_needed() -> None:
    assert str(inspect.signature(eager_steps.EveryKind)) == (
        "(*, one: InputArtifact[Model], many: InputArtifact[list[Examples]], count: int, "
        "name: Parameter[str], options: Parameter[dict[str, Any]], "
        "maybe: InputArtifact[Model] | None = None, "
        "typed_maybe: InputArtifact[Model] | None = None, ratio: float = 0.5, "
        "label: str | None = None, steps: Parameter[int] = 10, "
        "tags: Parameter[list[str]] = ['a'], "
        "limit: Parameter[int] | None = None, "
        "inner_limit: Parameter[int | None] = None) -> BaseNode"
    )


def test_what_may_be_left_out_has_a_default() -> None:
    assert str(inspect.signature(steps.Optionals)) == (
        "(*, model: InputArtifact[Model] | None = None, count: int | None = None, "
        "steps: Parameter[int] | None = None) -> BaseNode"
    )
