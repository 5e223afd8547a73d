"""`with` blocks of a pipeline's text, such as `Cond` and `ForEach`, and the nodes made in them."""

from __future__ import annotations

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any

from pipeline_lib.dsl.foreign import block_closed, block_opened

_open: ContextVar[tuple[Block, ...]] = ContextVar("open_blocks", default=())


class Block:
    """A `with` block; a node remembers the blocks that it was made in."""

    _token: Token[tuple[Block, ...]] | None = None

    def __enter__(self) -> Any:
        self._token = _open.set((*_open.get(), self))
        block_opened(self)
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _open.reset(self._token)
            block_closed(self)


def open_blocks() -> tuple[Block, ...]:
    """The blocks that are open now, outermost first."""
    return _open.get()
