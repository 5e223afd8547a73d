from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tensorflow_serving")


@pytest.fixture(scope="session")
def core(half_plus_two: Path, dense: Path, strings: Path, two_by_two: Path) -> Iterator[Any]:
    """A `ServerCore` with the models that the tests share; `half_plus_two` 1 is `stable`."""
    from pipeline_lib.serving.servables.manager import ServableManager
    from pipeline_lib.serving.servables.model_config import ModelConfig
    from pipeline_lib.serving.servables.saved_model import SavedModelLoader
    from pipeline_lib.serving.servables.server_core import ServerCore
    from pipeline_lib.serving.servables.source import FileSystemSource

    manager = ServableManager({"tensorflow": SavedModelLoader()}, max_load_retries=0)
    core = ServerCore(manager, FileSystemSource(manager, -1))
    paths = (half_plus_two, dense, strings, two_by_two)
    configs = [ModelConfig(path.name, str(path)) for path in paths]
    core.reload(configs)
    stable = ModelConfig("half_plus_two", str(half_plus_two), version_labels={"stable": 1})
    core.reload([stable, *configs[1:]])
    yield core
    assert core.stop(30)


@pytest.fixture(scope="session")
def inference(core: Any) -> Iterator[Any]:
    from pipeline_lib.serving.api.direct_calls import DirectCalls
    from pipeline_lib.serving.api.model_inference import ModelInference

    calls = DirectCalls()
    yield ModelInference(core, calls)
    calls.close()


@pytest.fixture(scope="session")
def server(inference: Any) -> Iterator[Any]:
    """A `running_server.RunningServer` over those models, with limits that tests can reach."""
    from pipeline_lib.serving.monitoring import Metrics
    from pipeline_lib.serving.rest_api.app import RestApp
    from tests.serving.rest_api.running_server import RunningServer

    metrics = Metrics()
    app = RestApp(inference, observer=metrics, metrics_page=metrics.page, max_body_bytes=2_000_000)
    with RunningServer(app) as running:
        yield running
