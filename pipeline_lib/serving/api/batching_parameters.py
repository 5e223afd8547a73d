"""How requests are put together into batches, as TensorFlow Serving is told."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from pipeline_lib.serving.errors import ServingError, StatusCode


@dataclass(frozen=True)
class BatchingParameters:
    """How batches are made; names and defaults are TensorFlow Serving's.

    Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto.

    Attributes:
        max_batch_size: rows in a batch; a request with more is refused.
        batch_timeout_micros: how long a batch that is not full waits for more requests.
        max_enqueued_batches: batches of one kind that may wait; more requests are refused.
        num_batch_threads: batches at a time.
        thread_pool_name: the name of those threads.
        allowed_batch_sizes: a batch is filled up to the next of these, the last of which is
            `max_batch_size` (or `max_execution_batch_size`); any size where it is empty.
        pad_variable_length_inputs: requests whose inputs differ in length may share a batch, and
            are filled up to the longest with their first element.
        enable_large_batch_splitting: a request may have more rows than `max_execution_batch_size`,
            and is cut up then.
        max_execution_batch_size: rows in a batch where requests are cut up.
    """

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    thread_pool_name: str = "batch_threads"
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False
    enable_large_batch_splitting: bool = False
    max_execution_batch_size: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ServingError: INVALID_ARGUMENT.
        """
        for name in ("max_batch_size", "max_enqueued_batches", "num_batch_threads"):
            if getattr(self, name) < 1:
                raise _invalid(f"{name} must be positive; was {getattr(self, name)}")
        if self.batch_timeout_micros < 0:
            raise _invalid(
                f"batch_timeout_micros must be non-negative; was {self.batch_timeout_micros}"
            )
        if not 0 <= self.max_execution_batch_size <= self.max_batch_size:
            raise _invalid(
                "max_execution_batch_size must be at most max_batch_size "
                f"{self.max_batch_size}; was {self.max_execution_batch_size}"
            )
        sizes = self.allowed_batch_sizes
        if list(sizes) != sorted({size for size in sizes if size > 0}):
            raise _invalid("allowed_batch_sizes entries must be monotonically increasing")
        if sizes and sizes[-1] != self.rows:
            name = "max_batch_size"
            if self.enable_large_batch_splitting:
                name = "max_execution_batch_size"
            raise _invalid(
                f"Last entry in allowed_batch_sizes must match {name}; "
                f"last entry was {sizes[-1]}; expected {self.rows}"
            )

    @property
    def rows(self) -> int:
        """The most rows that the model is called with."""
        if self.enable_large_batch_splitting and self.max_execution_batch_size:
            return self.max_execution_batch_size
        return self.max_batch_size

    def allowed(self, rows: int) -> int:
        """The smallest allowed size that holds so many rows."""
        return next((size for size in self.allowed_batch_sizes if size >= rows), rows)


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
