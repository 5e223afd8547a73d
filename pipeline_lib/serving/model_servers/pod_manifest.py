"""The pod that a model is validated in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.local_process import load_flags
from pipeline_lib.serving.model_servers.model_server import ServedModel
from pipeline_lib.serving.model_servers.serving_image import ServingImage

CONTAINER = "model-server"
"""Name of the container in the pod."""

LABELS = {"app": "pipeline-lib-model-server"}
"""The pod's labels."""

_VOLUME = "model-volume"
_A_DAY_S = 24 * 60 * 60


@dataclass(frozen=True)
class PodOptions:
    """What a pod is given, with the names of TFX's `KubernetesConfig`.

    Attributes:
        service_account_name: the one of this process's pod where it is empty.
        active_deadline_seconds: the pod is ended after that, whatever happens here; 0: a day.
        annotations: of the pod.
        env: environment variables, in the form of a manifest.
        resources: requests and limits, in the form of a manifest.
    """

    service_account_name: str = ""
    active_deadline_seconds: int = 0
    annotations: Mapping[str, str] = field(default_factory=dict)
    env: Sequence[Mapping[str, Any]] = ()
    resources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def pod_manifest(
    image: ServingImage,
    model: ServedModel,
    options: PodOptions,
    own_pod: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """The manifest of a pod that serves a model and ends with this process's own pod.

    Args:
        image: what runs in it.
        model: what it serves, at a path on a volume of our own pod.
        options: what it is given.
        own_pod: the pod that this process runs in; `None` outside of a cluster.

    Raises:
        DataError: the pod could not see the model.
    """
    volume, mount = _model_volume(model, own_pod)
    own = own_pod or {}
    account = options.service_account_name or own.get("spec", {}).get("serviceAccountName", "")
    environment = [{"name": k, "value": v} for k, v in ServingImage.environment(model).items()]
    container: dict[str, Any] = {
        "name": CONTAINER,
        "image": str(image),
        "args": load_flags(model),
        "env": [*environment, *(dict(one) for one in options.env)],
        "volumeMounts": [mount],
    }
    if options.resources:
        container["resources"] = {k: dict(v) for k, v in options.resources.items()}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": "pipeline-lib-model-server-",
            "annotations": dict(options.annotations),
            "labels": LABELS,
            "ownerReferences": [_owner(own_pod)] if own_pod else [],
        },
        "spec": {
            "containers": [container],
            "volumes": [volume],
            # Another try is the validation's business.
            "restartPolicy": "Never",
            "activeDeadlineSeconds": options.active_deadline_seconds or _A_DAY_S,
            **({"serviceAccountName": account} if account else {}),
        },
    }


def _owner(pod: Mapping[str, Any]) -> dict[str, Any]:
    """With it the cluster removes the pod once our own is gone."""
    metadata = pod["metadata"]
    return {"apiVersion": "v1", "kind": "Pod", "name": metadata["name"], "uid": metadata["uid"]}


def _model_volume(
    model: ServedModel, own_pod: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The volume that the model lies on, and how it is mounted: at the same place as here."""
    spec = (own_pod or {}).get("spec", {})
    mounts = [one for each in spec.get("containers", ()) for one in each.get("volumeMounts", ())]
    found = [one for one in mounts if _is_below(model.base_path, one["mountPath"])]
    claims = {
        one["name"]: one["persistentVolumeClaim"]["claimName"]
        for one in spec.get("volumes", ())
        if "persistentVolumeClaim" in one
    }
    mount = max(found, key=lambda one: len(one["mountPath"]), default=None)
    if mount is None or mount["name"] not in claims:
        raise DataError(
            f"A pod cannot see the model at {model.base_path!r}: it lies on no "
            "PersistentVolumeClaim that is mounted in the pod which this node runs in. Run the "
            "node in the cluster, with the pipeline root on a volume that many nodes can mount "
            "(ReadWriteMany)."
        )
    claim = {"claimName": claims[mount["name"]], "readOnly": True}
    shared = {key: mount[key] for key in ("mountPath", "subPath") if key in mount}
    return (
        {"name": _VOLUME, "persistentVolumeClaim": claim},
        {"name": _VOLUME, "readOnly": True, **shared},
    )


def _is_below(path: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), os.path.realpath(folder)]) == (
        os.path.realpath(folder)
    )
