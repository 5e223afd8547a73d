from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow_serving")


@pytest.fixture(scope="session")
def server(half_plus_two: Path, dense: Path, strings: Path, two_by_two: Path) -> Iterator[Any]:
    """A gRPC server of `running_server.RunningServer` over the models that the tests share."""
    from tests.serving.grpc_api.running_server import RunningServer
    from tests.serving.loaded_models import loaded

    models = (half_plus_two, dense, strings, two_by_two)
    with loaded(*models) as servables, RunningServer(servables) as running:
        yield running
