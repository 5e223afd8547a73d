"""Running servers that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.server.process import ServerProcess, running


@pytest.fixture(scope="module")
def server(
    half_plus_two: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """Half plus two, with metrics, CORS, and a UNIX socket beside its ports."""
    folder = tmp_path_factory.mktemp("server")
    monitoring = folder / "monitoring.config"
    monitoring.write_text('prometheus_config { enable: true path: "/metrics" }')
    with running(
        folder,
        "--model_name=half",
        f"--model_base_path={half_plus_two}",
        f"--monitoring_config_file={monitoring}",
        f"--grpc_socket_path={folder / 'socket'}",
        "--rest_api_enable_cors_support",
    ) as started:
        yield started
