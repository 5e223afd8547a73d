"""The Pod that a platform document implies, made as Kubeflow Pipelines' driver makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]


def pod_of(entry: Entry, image: str = "registry.example/image:1") -> dict[str, Any]:
    """A whole Pod with one container, which has what the executor's `entry` says."""
    volumes, mounts = _volumes(entry)
    container: dict[str, Any] = {"name": "main", "image": image, "command": ["true"]}
    container |= {"env": _environment(entry), "volumeMounts": mounts}
    container |= _renamed(entry, imagePullPolicy="imagePullPolicy")
    if "securityContext" in entry:
        identity = {
            key: int(value) if key.startswith("runAs") and isinstance(value, str) else value
            for key, value in entry["securityContext"].items()
        }
        container["securityContext"] = {**identity, "capabilities": {"drop": ["ALL"]}}
    spec: dict[str, Any] = {"containers": [container], "volumes": volumes}
    spec |= _renamed(entry.get("nodeSelector", {}), nodeSelector="labels")
    spec["tolerations"] = [_toleration(one) for one in entry.get("tolerations", [])]
    spec["imagePullSecrets"] = [
        {"name": one["secretName"]} for one in _list(entry, "imagePullSecret")
    ]
    if "nodeAffinity" in entry:
        spec["affinity"] = {"nodeAffinity": _affinity(entry["nodeAffinity"])}
    if "activeDeadlineSeconds" in entry:
        spec["activeDeadlineSeconds"] = int(entry["activeDeadlineSeconds"])
    metadata = {"name": "pod", **entry.get("podMetadata", {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _volumes(entry: Entry) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The volumes, and where the container has them, in the driver's order."""
    found: list[tuple[Entry, str, dict[str, Any]]] = []
    for one in _list(entry, "pvcMount"):
        claim = {"claimName": one["constant"]}
        found.append((one, one["constant"], {"persistentVolumeClaim": claim}))
    for one in _list(entry, "secretAsVolume"):
        source = {"secretName": one["secretName"], "optional": one.get("optional", False)}
        found.append((one, one["secretName"], {"secret": source}))
    for one in _list(entry, "configMapAsVolume"):
        source = {"name": one["configMapName"], "optional": one.get("optional", False)}
        found.append((one, one["configMapName"], {"configMap": source}))
    for one in _list(entry, "genericEphemeralVolume"):
        found.append((one, one["volumeName"], {"ephemeral": _claim_template(one)}))
    for one in _list(entry, "emptyDirMounts"):
        limits = _renamed(one, medium="medium", sizeLimit="sizeLimit")
        found.append((one, one["volumeName"], {"emptyDir": limits}))
    volumes = [{"name": name, **source} for _, name, source in found]
    mounts = [
        {"name": name, "mountPath": one["mountPath"], **_renamed(one, subPath="subPath")}
        for one, name, _ in found
    ]
    return volumes, mounts


def _claim_template(one: Entry) -> dict[str, Any]:
    spec = {
        "accessModes": one["accessModes"],
        "resources": {"requests": {"storage": one["size"]}},
        **_renamed(one, storageClassName="storageClassName"),
    }
    return {"volumeClaimTemplate": {"spec": spec}}


def _environment(entry: Entry) -> list[dict[str, Any]]:
    secrets = [
        (pair["envVar"], {"secretKeyRef": {"name": one["secretName"], "key": pair["secretKey"]}})
        for one in _list(entry, "secretAsEnv")
        for pair in one["keyToEnv"]
    ]
    config_maps = [
        (
            pair["envVar"],
            {"configMapKeyRef": {"name": one["configMapName"], "key": pair["configMapKey"]}},
        )
        for one in _list(entry, "configMapAsEnv")
        for pair in one["keyToEnv"]
    ]
    fields = [
        (one["name"], {"fieldRef": {"fieldPath": one["fieldPath"]}})
        for one in _list(entry, "fieldPathAsEnv")
    ]
    return [
        {"name": name, "valueFrom": source} for name, source in [*secrets, *config_maps, *fields]
    ]


def _toleration(one: Entry) -> dict[str, Any]:
    seconds = (
        {"tolerationSeconds": int(one["tolerationSeconds"])} if "tolerationSeconds" in one else {}
    )
    return {**one, **seconds}


def _affinity(terms: list[Entry]) -> dict[str, Any]:
    required = [term for term in terms if "weight" not in term]
    preferred = [
        {"weight": term["weight"], "preference": {k: v for k, v in term.items() if k != "weight"}}
        for term in terms
        if "weight" in term
    ]
    needs = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": required}}
    likes = {"preferredDuringSchedulingIgnoredDuringExecution": preferred}
    return {**(needs if required else {}), **(likes if preferred else {})}


def _renamed(entry: Entry, **names: str) -> dict[str, Any]:
    """The fields that the entry has, under other names."""
    return {ours: entry[theirs] for ours, theirs in names.items() if theirs in entry}


def _list(entry: Entry, name: str) -> list[Entry]:
    return list(entry.get(name, []))
