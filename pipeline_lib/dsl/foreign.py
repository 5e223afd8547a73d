"""The seam to nodes of the `tfx` package, which can be part of our pipelines.

`tfx` is imported here only if the author has done so already.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline_lib.dsl.block import Block

_TFX_REGISTRY = "tfx.dsl.context_managers.dsl_context_registry"
"""Module of TFX that keeps the blocks which its nodes are made in."""


def adopted(given: Any) -> Any:
    """The node or channel of ours that stands for one of TFX's; anything else as it is.

    Raises:
        AuthoringError: it is one of TFX's that cannot be part of a pipeline of ours.
    """
    if _TFX_REGISTRY not in sys.modules:
        return given
    kinds = {f"{cls.__module__}.{cls.__name__}" for cls in type(given).__mro__}
    if "tfx.dsl.components.base.base_node.BaseNode" in kinds:
        from pipeline_lib.tfx_bridge.adopt import adopt

        return adopt(given)
    if "tfx.types.channel.BaseChannel" in kinds:
        from pipeline_lib.tfx_bridge.channels import our_channel

        return our_channel(given, "A node of this library")
    return given


def block_opened(block: Block) -> None:
    """Nodes of TFX that are made from now on are in `block` too."""
    if _TFX_REGISTRY in sys.modules:
        from pipeline_lib.tfx_bridge.blocks import open_in_tfx

        open_in_tfx(block)


def block_closed(block: Block) -> None:
    """Nodes of TFX that are made from now on are no longer in `block`."""
    if _TFX_REGISTRY in sys.modules:
        from pipeline_lib.tfx_bridge.blocks import close_in_tfx

        close_in_tfx(block)
