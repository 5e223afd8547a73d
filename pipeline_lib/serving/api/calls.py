"""How a model is called from the server's event loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Array


class ModelCalls(Protocol):
    """Calls a model without holding up other requests: at once, in a thread, or in a batch."""

    async def run(
        self,
        handle: Handle,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> dict[str, Array]:
        """Call `handle.servable.run` with these arguments, alone or together with others.

        Raises:
            ServingError: the model failed, or there is no room for more calls.
        """
