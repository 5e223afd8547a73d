"""Refusing requests beyond a number at a time, or a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from pipeline_lib.serving.api.inference import (
    Classification,
    Inference,
    InferenceTask,
    Prediction,
    Regression,
)
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array, Signature
from pipeline_lib.serving.servables.servable import ModelReference, ServableId, VersionStatus


class Limits:
    """How many calls of models there may be.

    Args:
        max_in_flight: at a time; 0: any number.
        max_per_second: on average, a second's worth at once; 0: any number.
        clock: seconds that pass.
    """

    def __init__(
        self,
        max_in_flight: int,
        max_per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_in_flight = max_in_flight
        self._max_per_second = max_per_second
        self._clock = clock
        self._in_flight = 0
        self._burst = max(1.0, max_per_second)
        self._left = self._burst
        self._then = clock()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make one call in the block.

        Raises:
            ServingError: RESOURCE_EXHAUSTED, it would be one too many.
        """
        if self._max_per_second:
            self._count_rate()
        if self._max_in_flight and self._in_flight >= self._max_in_flight:
            raise ServingError(
                StatusCode.RESOURCE_EXHAUSTED,
                f"The server takes {self._max_in_flight} requests at a time; try again later",
            )
        self._in_flight += 1
        try:
            yield
        finally:
            self._in_flight -= 1

    def _count_rate(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._then) * self._max_per_second)
        self._then = now
        if self._left < 1:
            raise ServingError(
                StatusCode.RESOURCE_EXHAUSTED,
                f"The server takes {self._max_per_second:g} requests per second; try again later",
            )
        self._left -= 1


class LimitedInference:
    """Answers requests within limits. Implements `Inference`.

    Args:
        inference: answers them.
        limits: of the calls of models; asking for metadata or status is free.
    """

    def __init__(self, inference: Inference, limits: Limits) -> None:
        self._inference = inference
        self._limits = limits
        self.signature: Callable[[ModelReference, str], Signature] = inference.signature
        self.signatures: Callable[[ModelReference], tuple[ServableId, Mapping[str, Signature]]] = (
            inference.signatures
        )
        self.statuses: Callable[..., tuple[VersionStatus, ...]] = inference.statuses

    async def predict(
        self,
        reference: ModelReference,
        signature_name: str,
        inputs: Mapping[str, Array],
        outputs: Sequence[str] = (),
    ) -> Prediction:
        """Call a signature with arrays."""
        with self._limits.call():
            return await self._inference.predict(reference, signature_name, inputs, outputs)

    async def classify(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Classification:
        """Classify serialized examples."""
        with self._limits.call():
            return await self._inference.classify(reference, signature_name, examples)

    async def regress(
        self, reference: ModelReference, signature_name: str, examples: Sequence[bytes]
    ) -> Regression:
        """Make a number of each serialized example."""
        with self._limits.call():
            return await self._inference.regress(reference, signature_name, examples)

    async def multi_inference(
        self, tasks: Sequence[InferenceTask], examples: Sequence[bytes]
    ) -> tuple[Classification | Regression, ...]:
        """Do several of these with the same examples."""
        with self._limits.call():
            return await self._inference.multi_inference(tasks, examples)
