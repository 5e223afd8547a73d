from __future__ import annotations

from tests.docker_engine import DockerEngine


def test_the_image_has_the_library(docker_engine: DockerEngine, library_image: str) -> None:
    command = ["python3", "-c", "import pipeline_lib, ml_metadata, components; print('here')"]
    containers = docker_engine.client.containers
    container = containers.create(library_image, command, network_mode="none")
    try:
        container.start()
        assert (container.wait()["StatusCode"], container.logs()) == (0, b"here\n")
    finally:
        container.remove(force=True)
