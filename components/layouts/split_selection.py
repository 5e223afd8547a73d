"""The splits that a component works on."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import split_names_of
from pipeline_lib.errors import DataError, did_you_mean


def remaining_splits(artifact: Artifact, exclude_splits: Sequence[str] | None) -> list[str]:
    """Names of the splits of `artifact` without those in `exclude_splits`, in their order.

    Raises:
        DataError: a split to exclude does not exist, or none is left.
    """
    existing = split_names_of(artifact)
    excluded = exclude_splits or []
    for name in excluded:
        if name not in existing:
            raise DataError(
                f"exclude_splits names {name!r}, which is no split of artifact "
                f"{artifact.TYPE_NAME!r}.{did_you_mean(name, existing)}"
            )
    remaining = [name for name in existing if name not in excluded]
    if not remaining:
        raise DataError(
            f"No split of artifact {artifact.TYPE_NAME!r} is left to work on: "
            f"it has the splits {existing}, exclude_splits is {list(excluded)}."
        )
    return remaining
