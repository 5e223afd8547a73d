from __future__ import annotations

import pytest

from pipeline_lib.report.wording import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0.00 s"),
        (59.99, "59.99 s"),
        (59.999, "1 min 00 s"),
        (125.4, "2 min 05 s"),
        (3599.7, "1 h 00 min"),
        (11_220.0, "3 h 07 min"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words
