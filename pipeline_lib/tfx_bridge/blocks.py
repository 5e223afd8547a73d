"""The `with` blocks that a component of TFX was made in: TFX's and ours."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from tfx.dsl.context_managers import dsl_context_registry
from tfx.dsl.context_managers.dsl_context import DslContext
from tfx.dsl.experimental.conditionals.conditional import CondContext

from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.errors import AuthoringError
from pipeline_lib.tfx_bridge.placeholders import our_predicate
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

_conditions: MutableMapping[DslContext, Cond] = WeakKeyDictionary()


class BlockOfOurs(DslContext):
    """A block of ours, which TFX's registry keeps for the nodes that are made in it."""

    def __init__(self, block: Block) -> None:
        self.parent = dsl_context_registry.get().peek_context()
        self.block = block


def open_in_tfx(block: Block) -> None:
    """Let TFX's registry know that a block of ours was opened."""
    dsl_context_registry.get().push_context(BlockOfOurs(block))


def close_in_tfx(block: Block) -> None:
    """Let TFX's registry know that a block of ours was closed."""
    registry = dsl_context_registry.get()
    innermost = registry.peek_context()
    if isinstance(innermost, BlockOfOurs) and innermost.block is block:
        registry.pop_context()


def blocks_of(tfx_node: Any) -> tuple[Block, ...]:
    """The blocks that a node of TFX was made in, outermost first.

    Raises:
        AuthoringError: TFX's registry does not know the node.
        UnsupportedError: one is a block that we do not have.
    """
    where = f"Node {tfx_node.id!r}"
    try:
        contexts = dsl_context_registry.get().get_contexts(tfx_node)
    except ValueError:
        raise AuthoringError(
            f"{where} is part of a Pipeline of TFX's: a component can be in one pipeline only. "
            "Make another component, or import the pipeline with from_tfx(...)."
        ) from None
    return tuple(_block(context, where) for context in contexts)


def _block(context: DslContext, where: str) -> Block:
    match context:
        case BlockOfOurs(block=block):
            return block
        case CondContext(predicate=predicate):
            # One block for all nodes in it, as where it is written with ours.
            if context not in _conditions:
                _conditions[context] = Cond(our_predicate(predicate, f"{where}: condition"))
            return _conditions[context]
    raise not_in_ours(where, f"is made in a {type(context).__name__}")
