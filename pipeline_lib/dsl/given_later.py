"""What may stand for a value that only the run has, as type checkers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:

    class GivenLater(Any):  # type: ignore[misc]
        """Fits wherever an artifact or a value is annotated.

        A component function is annotated with what it works on, and called with channels,
        runtime parameters and future values. Their own attributes are known as ever; one that
        they do not have is not marked.
        """

else:

    class GivenLater:
        """Channels, runtime parameters and future values."""

        __slots__ = ()
