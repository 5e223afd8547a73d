"""`Cond`: nodes that run only if a predicate holds."""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType

from pipeline_lib.dsl.placeholder import Predicate
from pipeline_lib.errors import AuthoringError

_active: ContextVar[tuple[Predicate, ...]] = ContextVar("active_conditions", default=())


class Cond:
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
        self._predicate = predicate
        self._token: Token[tuple[Predicate, ...]] | None = None

    def __enter__(self) -> Cond:
        self._token = _active.set((*_active.get(), self._predicate))
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _active.reset(self._token)


def active_conditions() -> tuple[Predicate, ...]:
    """Predicates of the `Cond` blocks that are open now, outermost first."""
    return _active.get()
