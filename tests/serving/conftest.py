"""SavedModels that the tests of serving share: each a base path with the version 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def half_plus_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """y = x / 2 + 2, by predict, classify and regress, as TensorFlow Serving's own test model."""
    from tests.serving import saved_models

    return _saved(tmp_path_factory, "half_plus_two", saved_models.half_plus_two)


@pytest.fixture(scope="session")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A net of 16-64-64-1 with random weights: x -> y."""
    from tests.serving import saved_models

    return _saved(tmp_path_factory, "dense", saved_models.dense)


@pytest.fixture(scope="session")
def strings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bytes in, the same twice out: text -> twice."""
    from tests.serving import saved_models

    return _saved(tmp_path_factory, "strings", saved_models.strings)


@pytest.fixture(scope="session")
def two_by_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two inputs, two outputs: (weight [n] float, count [n] int64) -> (product, large [n] bool)."""
    from tests.serving import saved_models

    return _saved(tmp_path_factory, "two_by_two", saved_models.two_by_two)


def _saved(tmp_path_factory: pytest.TempPathFactory, name: str, save: Any) -> Path:
    base_path = tmp_path_factory.mktemp("models") / name
    save(str(base_path / "1"))
    return base_path
