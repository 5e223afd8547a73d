"""From a `ServingSpec` to the servers that a model is validated with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from components.infra_validator.serving_spec import (
    ImageVersion,
    KubernetesConfig,
    LocalDockerConfig,
    LocalProcessConfig,
    ServingSpec,
)
from pipeline_lib.serving.model_servers.cluster import KubernetesCluster
from pipeline_lib.serving.model_servers.docker import DockerServer
from pipeline_lib.serving.model_servers.docker_daemon import DockerDaemon
from pipeline_lib.serving.model_servers.embedded import embedded_server
from pipeline_lib.serving.model_servers.kubernetes import KubernetesServer
from pipeline_lib.serving.model_servers.model_server import ModelServer, ServedModel
from pipeline_lib.serving.model_servers.pod_manifest import PodOptions
from pipeline_lib.serving.model_servers.serving_image import DEFAULT_NAME, ServingImage
from pipeline_lib.serving.model_servers.tensorflow_model_server import tensorflow_model_server

MakeServer: TypeAlias = Callable[[ServedModel], ModelServer]
"""Makes a server that was not started yet; called once for each try."""


def make_servers(spec: ServingSpec) -> list[MakeServer]:
    """The servers that a model has to pass."""
    match spec.platform:
        case LocalDockerConfig() as docker:
            return [_docker(docker, _image(image)) for image in spec.images]
        case KubernetesConfig() as kubernetes:
            return [_kubernetes(kubernetes, _image(image)) for image in spec.images]
        case process:
            return [_process(process)]


def _process(config: LocalProcessConfig) -> MakeServer:
    def make(model: ServedModel) -> ModelServer:
        if config.binary:
            return tensorflow_model_server(model, config.binary, config.memory_limit)
        return embedded_server(model, config.memory_limit)

    return make


def _docker(config: LocalDockerConfig, image: ServingImage) -> MakeServer:
    daemon = DockerDaemon(
        base_url=config.client_base_url,
        api_version=config.client_api_version,
        timeout_seconds=config.client_timeout_seconds,
        host=config.host_ip_address or DockerDaemon.host,
        network=config.network,
    )

    def make(model: ServedModel) -> ModelServer:
        server = DockerServer(image, model, daemon, config.memory_limit)
        server.fetch_image()  # the time that the model may take to load has not begun yet
        return server

    return make


def _kubernetes(config: KubernetesConfig, image: ServingImage) -> MakeServer:
    options = PodOptions(
        service_account_name=config.service_account_name,
        active_deadline_seconds=config.active_deadline_seconds,
        annotations=config.annotations,
        env=config.env,
        resources=config.resources,
    )
    return lambda model: KubernetesServer(image, model, KubernetesCluster(), options)


def _image(version: ImageVersion) -> ServingImage:
    return ServingImage(version.name or DEFAULT_NAME, version.tag, version.digest)
