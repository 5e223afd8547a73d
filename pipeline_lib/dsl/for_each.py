"""`ForEach`: nodes that run once for each element of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.channel import LoopChannel, RunChannel
from pipeline_lib.dsl.placeholder import LoopValue, ValuePlaceholder
from pipeline_lib.dsl.placeholder_collections import future_value
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError

Items = RunChannel | Sequence[Any] | RuntimeParameter | ValuePlaceholder


class ForEach(Block):
    """Nodes made inside run once for each element, side by side where they can.

        with ForEach(spans.outputs["examples"]) as examples:
            trainer = Trainer(examples=examples, ...)

        with ForEach([0.1, 0.01]) as learning_rate:
            trainer = Train(learning_rate=learning_rate)

    Outside the block, an output of a node inside it is the list of what all elements gave.

    Args:
        items: a channel whose artifacts are taken one by one; or a list of values, given now, as a
            `RuntimeParameter` of type `list`, or by a node of the run.
        name: of the loop, in the store and in messages; numbered where a pipeline has several.

    Raises:
        AuthoringError: `items` is no list.
    """

    def __init__(self, items: Items, name: str = "ForEach") -> None:
        self.name = name
        self.items = _checked_items(items)

    def __enter__(self) -> Any:
        """The element: a channel of one artifact, or a value for parameters and conditions."""
        super().__enter__()
        if isinstance(self.items, RunChannel):
            return LoopChannel(self.items.type, self)
        return LoopValue(self)

    def __repr__(self) -> str:
        return f"ForEach({self.items!r})"


def _checked_items(items: Any) -> RunChannel | ValuePlaceholder:
    match items:
        case RunChannel():
            return items
        case RuntimeParameter() | list() | tuple() | ValuePlaceholder():
            value = future_value(items, "ForEach(...)")
            if value.value_type in (None, list):
                return value
    known = isinstance(items, ValuePlaceholder) and items.value_type
    kind = (known or type(items)).__name__
    raise AuthoringError(
        f"ForEach(...) takes a list: a channel of the run, a list of values, a RuntimeParameter of "
        f"type list, or a future value that is a list. Got {items!r} "
        f"of type {kind}."
    )
