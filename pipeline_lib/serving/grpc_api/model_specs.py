"""`ModelSpec`: which model, version and signature a request means, and which one answered."""

from __future__ import annotations

from tensorflow_serving.apis.model_pb2 import ModelSpec

from pipeline_lib.serving.api.inference import Inference
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.servable import ModelReference, ServableId


def missing_model_spec() -> ServingError:
    """What a request is refused with that says nothing of a model."""
    return ServingError(StatusCode.INVALID_ARGUMENT, "Missing ModelSpec")


def model_reference(spec: ModelSpec, inference: Inference) -> ModelReference:
    """What a specification asks for.

    Version 0 means the latest where there is no version 0: clients that leave it to the server send
    it (ovmsclient does), and nothing else could be meant.

    Raises:
        ServingError: INVALID_ARGUMENT, it names no model.

    Source: `ServableRequestFromModelSpec` of tensorflow_serving/model_servers/server_core.cc.
    """
    name = spec.name
    if not name:
        raise ServingError(StatusCode.INVALID_ARGUMENT, "ModelSpec has no name specified.")
    choice = spec.WhichOneof("version_choice")
    if choice is None:
        return ModelReference(name)
    if choice == "version_label":
        return ModelReference(name, label=spec.version_label)
    return ModelReference(name, version=asked_version(spec, inference))


def asked_version(spec: ModelSpec, inference: Inference) -> int | None:
    """The version that a specification asks for; `None` where it leaves that to the server."""
    if not spec.HasField("version"):
        return None
    version: int = spec.version.value
    return version if version or _exists(spec.name, version, inference) else None


def _exists(name: str, version: int, inference: Inference) -> bool:
    try:
        return bool(inference.statuses(name, version))
    except ServingError:
        return False


def fill_model_spec(spec: ModelSpec, model: ServableId, signature_name: str = "") -> None:
    """Say which version answered, and by which signature."""
    spec.name = model.name
    spec.version.value = model.version
    if signature_name:
        spec.signature_name = signature_name
