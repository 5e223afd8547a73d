"""What every model server does, whoever has made it and wherever it runs.

The real `tensorflow_model_server` and its image take part where they are there, ours in a container
wherever a Docker engine is.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipeline_lib.containers.failures import ImageNotFoundError
from pipeline_lib.containers.images import available_id
from pipeline_lib.errors import DataError

pytest.importorskip("tensorflow_serving")

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.model_servers.docker import DockerServer
from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.embedded import embedded_server
from pipeline_lib.serving.model_servers.failures import RefusedAnswerError
from pipeline_lib.serving.model_servers.model_server import ModelServer, ServedModel
from pipeline_lib.serving.model_servers.requests import predict_request
from pipeline_lib.serving.model_servers.rest_client import RestClient
from pipeline_lib.serving.model_servers.running import RunningServer, running
from pipeline_lib.serving.model_servers.serving_image import ServingImage
from pipeline_lib.serving.model_servers.tensorflow_model_server import (
    BINARY,
    tensorflow_model_server,
)
from pipeline_lib.serving.servables.servable import (
    ModelReference,
    VersionState,
    VersionStatus,
)
from tests.docker_engine import DockerEngine
from tests.serving.model_servers.real_docker import own_image, own_network

NAME = "half_plus_two"
LONG_S = 120.0
IMAGE = ServingImage(tag="2.16.1")


def embedded(model: ServedModel, _: object) -> ModelServer:
    return embedded_server(model)


def binary(model: ServedModel, _: object) -> ModelServer:
    if shutil.which(BINARY) is None:
        pytest.skip(f"there is no {BINARY} on PATH")
    return tensorflow_model_server(model)


def docker(model: ServedModel, _: object) -> ModelServer:
    try:
        with closing(DockerDaemon().connect()) as client:
            available_id(client, str(IMAGE))
    except (DataError, ImageNotFoundError) as error:
        pytest.skip(str(error))
    return DockerServer(IMAGE, model, DockerDaemon())


def own_in_docker(model: ServedModel, request: pytest.FixtureRequest) -> ModelServer:
    image, daemon = request.getfixturevalue("own_serving_image")
    return DockerServer(image, model, daemon)


@pytest.fixture(scope="module")
def own_serving_image(
    docker_engine: DockerEngine, base_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServingImage, DockerDaemon]]:
    folder = tmp_path_factory.mktemp("image")
    with (
        own_image(docker_engine, base_image, folder) as image,
        own_network(docker_engine) as daemon,
    ):
        yield image, daemon


@dataclass(frozen=True)
class Served:
    """A server at work on version 1 of a model whose further versions a test may add."""

    started: RunningServer
    base_path: Path

    def add(self, version: int) -> None:
        """Add a version, which appears at once."""
        copy = self.base_path.parent / f"version-{version}"
        shutil.copytree(self.base_path / "1", copy)
        copy.rename(self.base_path / str(version))


@pytest.fixture(
    scope="module",
    params=[embedded, binary, docker, own_in_docker],
    ids=lambda make: make.__name__,
)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server of each kind; the tests of this file share it, in their order."""
    from tests.serving import saved_models

    base_path = tmp_path_factory.mktemp("served") / NAME
    server = request.param(ServedModel(NAME, str(base_path)), request)
    saved_models.half_plus_two(str(base_path / "1"))
    deadline = time.monotonic() + LONG_S
    with running(server, deadline) as started:
        started.wait_until_available(NAME, 1, deadline)
        yield Served(started, base_path)


def test_status(served: Served) -> None:
    available = (VersionStatus(1, VersionState.AVAILABLE),)
    rest = RestClient(served.started.endpoints.rest)
    assert served.started.client.statuses(NAME) == available
    assert rest.statuses(NAME) == available
    assert rest.statuses(NAME, 1) == available


def test_predict(served: Served) -> None:
    client, rest = served.started.client, RestClient(served.started.endpoints.rest)
    inputs = np.array([1.0, 5.0], np.float32)
    assert client.predict(NAME, {"x": inputs})["y"].tolist() == [2.5, 4.5]
    assert client.predict(NAME, {"x": inputs}, version=1)["y"].tolist() == [2.5, 4.5]
    assert rest.predict(NAME, {"instances": [1.0, 5.0]}) == {"predictions": [2.5, 4.5]}
    assert rest.predict(NAME, {"inputs": {"x": [1.0, 5.0]}}) == {"outputs": [2.5, 4.5]}


def test_classify_and_regress(served: Served) -> None:
    import tensorflow as tf

    client, rest = served.started.client, RestClient(served.started.endpoints.rest)
    feature = tf.train.Feature(float_list=tf.train.FloatList(value=[4.0]))
    example = tf.train.Example(features=tf.train.Features(feature={"x": feature}))
    examples = [example.SerializeToString()]
    scores = client.classify(NAME, examples, "classify_x_to_classes")
    assert scores["classes"].tolist() == [["small", "large"]]
    assert scores["scores"].tolist() == [[6.0, 4.0]]
    assert client.regress(NAME, examples, "regress_x_to_y")["outputs"].tolist() == [4.0]
    by_rest = {"signature_name": "regress_x_to_y", "examples": [{"x": 4.0}]}
    assert rest.call(NAME, "regress", by_rest) == {"results": [4.0]}


def test_what_is_not_there(served: Served) -> None:
    client, rest = served.started.client, RestClient(served.started.endpoints.rest)
    with pytest.raises(ServingError) as raised:
        client.predict("penguin", {"x": np.zeros(1, np.float32)})
    assert raised.value.code is StatusCode.NOT_FOUND
    assert raised.value.message == "Servable not found for request: Latest(penguin)"
    with pytest.raises(ServingError) as raised:
        client.statuses(NAME, 7)
    assert raised.value.code is StatusCode.NOT_FOUND
    with pytest.raises(ServingError) as raised:
        rest.predict("penguin", {"instances": [1.0]})
    assert raised.value.code is StatusCode.NOT_FOUND
    assert raised.value.message == "Servable not found for request: Latest(penguin)"


def test_an_answer_that_is_an_error(served: Served) -> None:
    request = predict_request(ModelReference(NAME), {"z": np.zeros(1, np.float32)}, "s")
    with pytest.raises(RefusedAnswerError) as raised:
        served.started.ask(request, LONG_S)
    assert raised.value.reason.startswith("signature 's' answered ")
    assert not raised.value.may_pass


def test_a_new_version_takes_over(served: Served) -> None:
    served.add(2)
    served.started.wait_until_available(NAME, 2, time.monotonic() + LONG_S)
    answer = served.started.client.statuses(NAME, 2)
    assert answer == (VersionStatus(2, VersionState.AVAILABLE),)
    latest = served.started.client.predict(NAME, {"x": np.zeros(1, np.float32)})
    assert latest["y"].tolist() == [2.0]


def test_stopping(served: Served) -> None:
    served.started.server.stop()
    with pytest.raises(ServingError) as raised:
        served.started.client.statuses(NAME)
    assert raised.value.code is StatusCode.UNAVAILABLE
    with pytest.raises(ServingError) as raised:
        RestClient(served.started.endpoints.rest).statuses(NAME)
    assert raised.value.code is StatusCode.UNAVAILABLE
