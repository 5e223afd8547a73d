"""Numbers that keep their distances, and are else as near as can be to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def spread(wanted: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Rising numbers near those that are wanted (least squares).

    Without the gaps this is isotonic regression, found by pooling neighbours that stand in each
    other's way.

    Args:
        wanted: where each would stand if it were alone.
        gaps: the least distance of each from the one before it; one fewer than `wanted`.
    """
    shifts = [0.0, *accumulate(gaps)][: len(wanted)]
    pools: list[tuple[float, int]] = []  # mean, and how many stand there together
    for target, shift in zip(wanted, shifts, strict=True):
        mean, size = target - shift, 1
        while pools and pools[-1][0] >= mean:
            before, count = pools.pop()
            mean, size = (mean * size + before * count) / (size + count), size + count
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [one + shift for one, shift in zip(flat, shifts, strict=True)]
