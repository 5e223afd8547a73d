"""Asserting the whole text of an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def raises(error: type[Exception], message: str) -> Iterator[None]:
    """The block raises exactly `error` with exactly `message`."""
    with pytest.raises(error) as caught:
        yield
    assert type(caught.value) is error
    assert str(caught.value) == message
