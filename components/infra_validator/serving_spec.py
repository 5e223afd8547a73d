"""Which model servers a model is validated with: TFX's `ServingSpec`, and processes besides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.infra_validator.fields import Fields
from pipeline_lib.errors import DataError

DEFAULT_MODEL_NAME = "infra-validation-model"

_FIELDS = ("kubernetes", "local_docker", "local_process", "model_name", "tensorflow_serving")
_PLATFORMS = ("kubernetes", "local_docker", "local_process")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,254}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z0-9+._-]+:[0-9a-fA-F]+")


@dataclass(frozen=True)
class LocalProcessConfig:
    """A process of the machine that the node runs on.

    Attributes:
        binary: `tensorflow_model_server`, as a name on PATH or a path; the embedded server where
            it is empty.
        memory_limit: bytes that the server may hold in memory; all that is free where it is `None`.
    """

    binary: str = ""
    memory_limit: int | None = None


@dataclass(frozen=True)
class LocalDockerConfig:
    """A container of the machine's Docker; an empty field is up to Docker and its client.

    Attributes:
        client_base_url: where Docker answers, such as `unix:///run/podman/podman.sock`.
        client_api_version: of Docker's API.
        client_timeout_seconds: how long a call of it may take.
        host_ip_address: where the container's ports are reached; this machine where it is empty.
        network: Docker's network that the container is in.
        memory_limit: bytes that it may hold in memory; no limit where it is `None`.
    """

    client_base_url: str = ""
    client_api_version: str = ""
    client_timeout_seconds: int = 0
    host_ip_address: str = ""
    network: str = ""
    memory_limit: int | None = None


@dataclass(frozen=True)
class KubernetesConfig:
    """A pod of the cluster that the node runs in; see `PodOptions` for the meanings."""

    service_account_name: str = ""
    active_deadline_seconds: int = 0
    annotations: Mapping[str, str] = field(default_factory=dict)
    env: tuple[Mapping[str, Any], ...] = ()
    resources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def check_outlives(self, loading_time_seconds: int) -> None:
        """Refuse a pod that ends before the model has to be loaded.

        Raises:
            DataError: `active_deadline_seconds` is too short.
        """
        if 0 < self.active_deadline_seconds <= loading_time_seconds:
            raise DataError(
                "serving_spec.kubernetes.active_deadline_seconds is "
                f"{self.active_deadline_seconds}, and the model may take until "
                f"validation_spec.max_loading_time_seconds, {loading_time_seconds}, to be loaded. "
                "Let the pod live longer."
            )


@dataclass(frozen=True)
class ImageVersion:
    """One image of TensorFlow Serving; either `tag` or `digest` is given."""

    name: str = ""
    tag: str = ""
    digest: str = ""


Platform = LocalProcessConfig | LocalDockerConfig | KubernetesConfig


@dataclass(frozen=True)
class ServingSpec:
    """The servers that a model has to pass, all of them.

    Attributes:
        model_name: the name by which they serve it.
        platform: where they run.
        images: what runs there; none for a process.
    """

    model_name: str
    platform: Platform
    images: tuple[ImageVersion, ...]

    @classmethod
    def parse(cls, serving_spec: Mapping[str, Any] | None) -> ServingSpec:
        """The servers that the plain form of TFX's `ServingSpec` describes.

        Raises:
            DataError: a field is unknown or has a value that cannot work.
        """
        fields = Fields("serving_spec", serving_spec or {}, _FIELDS)
        platform = _platform(fields)
        images = _images(fields)
        if isinstance(platform, LocalProcessConfig):
            if images:
                raise DataError(
                    "serving_spec names images by 'tensorflow_serving' and no platform that runs "
                    "images. Add 'local_docker': {} or 'kubernetes': {}."
                )
        elif not images:
            raise DataError(
                "serving_spec.tensorflow_serving names no image. Give at least one of its 'tags', "
                "such as '2.16.1', or 'digests'."
            )
        return cls(_model_name(fields), platform, images)


def _platform(fields: Fields) -> Platform:
    given = [name for name in _PLATFORMS if fields.has(name)]
    if len(given) > 1:
        named = " and ".join(repr(name) for name in given)
        raise DataError(f"serving_spec takes one platform, got {named}.")
    match given:
        case ["local_docker"]:
            return _local_docker(fields)
        case ["kubernetes"]:
            return _kubernetes(fields)
        case _:
            process = fields.message("local_process", ("binary", "memory_limit"))
            return LocalProcessConfig(process.text("binary"), process.size("memory_limit"))


def _local_docker(fields: Fields) -> LocalDockerConfig:
    known = (
        "client_api_version",
        "client_base_url",
        "client_timeout_seconds",
        "host_ip_address",
        "memory_limit",
        "network",
    )
    docker = fields.message("local_docker", known)
    return LocalDockerConfig(
        client_base_url=docker.text("client_base_url"),
        client_api_version=docker.text("client_api_version"),
        client_timeout_seconds=docker.whole_number("client_timeout_seconds", 0),
        host_ip_address=docker.text("host_ip_address"),
        network=docker.text("network"),
        memory_limit=docker.size("memory_limit"),
    )


def _kubernetes(fields: Fields) -> KubernetesConfig:
    known = ("active_deadline_seconds", "service_account_name", "serving_pod_overrides")
    kubernetes = fields.message("kubernetes", known)
    pod = kubernetes.message("serving_pod_overrides", ("annotations", "env", "resources"))
    resources = pod.message("resources", ("limits", "requests"))
    return KubernetesConfig(
        service_account_name=kubernetes.text("service_account_name"),
        active_deadline_seconds=kubernetes.whole_number("active_deadline_seconds", 0),
        annotations=pod.text_by_name("annotations"),
        env=tuple(map(_variable, pod.messages("env", ("name", "value", "value_from")))),
        resources={name: resources.text_by_name(name) for name in resources.values},
    )


def _variable(fields: Fields) -> Mapping[str, Any]:
    """An environment variable of a pod, in the form of a manifest."""
    if not fields.text("name"):
        raise DataError(f"{fields.path} has a variable without a name: {fields.values!r}.")
    if not fields.has("value_from"):
        return {"name": fields.text("name"), "value": fields.text("value")}
    secret = fields.message("value_from", ("secret_key_ref",)).message(
        "secret_key_ref", ("key", "name")
    )
    reference = {"name": secret.text("name"), "key": secret.text("key")}
    if fields.text("value") or not all(reference.values()):
        raise DataError(
            f"{fields.path} has the variable {fields.text('name')!r}, which takes either 'value' "
            "or 'value_from' with the 'name' and the 'key' of a secret_key_ref."
        )
    return {"name": fields.text("name"), "valueFrom": {"secretKeyRef": reference}}


def _images(fields: Fields) -> tuple[ImageVersion, ...]:
    serving = fields.message("tensorflow_serving", ("digests", "image_name", "tags"))
    name = serving.text("image_name")
    tags, digests = serving.texts("tags"), serving.texts("digests")
    for name_of_field, given, form, example in (
        ("tags", tags, _TAG, "2.16.1"),
        ("digests", digests, _DIGEST, "sha256:0123abcd"),
    ):
        for one in given:
            if not form.fullmatch(one):
                raise DataError(
                    f"{serving.path}.{name_of_field} has {one!r}, expected something like "
                    f"{example!r}."
                )
    return (
        *(ImageVersion(name, tag=tag) for tag in tags),
        *(ImageVersion(name, digest=digest) for digest in digests),
    )


def _model_name(fields: Fields) -> str:
    name = fields.text("model_name") or DEFAULT_MODEL_NAME
    if not _NAME.fullmatch(name):
        raise DataError(
            "serving_spec.model_name may have 255 letters, digits, '_', '-' and '.', and does not "
            f"begin with a '-' or '.', got {name!r}."
        )
    return name
