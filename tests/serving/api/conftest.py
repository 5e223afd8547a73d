from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorflow_serving")


@pytest.fixture(scope="session")
def inference(
    half_plus_two: Path, dense: Path, strings: Path, two_by_two: Path
) -> Iterator[object]:
    """A `ModelInference` over the models that the tests share."""
    from pipeline_lib.serving.api.direct_calls import DirectCalls
    from pipeline_lib.serving.api.model_inference import ModelInference
    from tests.serving.loaded_models import loaded

    with loaded(half_plus_two, dense, strings, two_by_two) as servables:
        calls = DirectCalls()
        yield ModelInference(servables, calls)
        calls.close()
