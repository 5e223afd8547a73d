"""`Cond`: nodes that run only if a predicate holds."""

from __future__ import annotations

from pipeline_lib.dsl.block import Block
from pipeline_lib.dsl.placeholder import Predicate
from pipeline_lib.errors import AuthoringError


class Cond(Block):
    """Nodes made inside run only if `predicate` holds; else they and those after are skipped.

        with Cond(evaluator.outputs["blessing"].future()[0].custom_property("blessed") == 1):
            pusher = Pusher(...)

    Inside another `Cond`, both must hold.

    Raises:
        AuthoringError: `predicate` is not a comparison of something that a node will produce.
    """

    def __init__(self, predicate: Predicate) -> None:
        if not isinstance(predicate, Predicate):
            raise AuthoringError(
                f"Cond(...) takes a comparison of a future value, got {predicate!r}. "
                "Write, for example, "
                "Cond(node.outputs['key'].future()[0].custom_property('name') == 1)."
            )
        self.predicate = predicate
