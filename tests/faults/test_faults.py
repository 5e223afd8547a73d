"""One run for each kind of fault. `python -m tests.faults` does many."""

from __future__ import annotations

import pytest

from tests.faults.harness import KINDS, Harness


@pytest.fixture(scope="module")
def harness() -> Harness:
    """Measures once how long a run takes; what the log holds is more than is kept of it."""
    return Harness(seed=1, log_size=150 << 20)


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_recovers_from(kind: str, harness: Harness) -> None:
    try:
        report = harness.inject(kind)
    except PermissionError as error:
        pytest.skip(f"a small file system cannot be mounted: {error}")
    assert report.violations == [], report.folder
