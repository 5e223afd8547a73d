"""The volumes of a Pod, in the platform document's words."""

from __future__ import annotations

from typing import Any

from pipeline_lib.ir.kubernetes import (
    SHARED_MEMORY_PATH,
    ConfigMapVolume,
    EmptyDir,
    EphemeralVolume,
    KubernetesOptions,
    PersistentVolumeClaim,
    SecretVolume,
    Volume,
)


def volumes_of(pod: KubernetesOptions) -> dict[str, list[dict[str, Any]]]:
    """The entries of the platform document that mount something, by their name."""
    volumes = list(pod.volumes)
    if pod.shared_memory:
        volumes.append(EmptyDir(SHARED_MEMORY_PATH, medium="Memory", size_limit=pod.shared_memory))
    entries: dict[str, list[dict[str, Any]]] = {}
    for position, volume in enumerate(volumes):
        # Volumes with a source have its name; nobody calls a source like this.
        name, entry = _entry(volume, f"pipeline-lib-volume-{position}")
        entries.setdefault(name, []).append(entry)
    return entries


def _entry(volume: Volume, own_name: str) -> tuple[str, dict[str, Any]]:
    place: dict[str, Any] = {"mountPath": volume.mount_path}
    match volume:
        case PersistentVolumeClaim(name=name, sub_path=sub_path):
            part = {"subPath": sub_path} if sub_path else {}
            return "pvcMount", {"constant": name, **place, **part}
        case SecretVolume(name=name, optional=optional):
            said = {"optional": True} if optional else {}
            return "secretAsVolume", {"secretName": name, **place, **said}
        case ConfigMapVolume(name=name, optional=optional):
            said = {"optional": True} if optional else {}
            return "configMapAsVolume", {"configMapName": name, **place, **said}
        case EmptyDir():
            limits = {"medium": volume.medium, "sizeLimit": volume.size_limit}
            given = {key: value for key, value in limits.items() if value}
            return "emptyDirMounts", {"volumeName": own_name, **place, **given}
        case EphemeralVolume():
            return "genericEphemeralVolume", {"volumeName": own_name, **place, **_claimed(volume)}


def _claimed(volume: EphemeralVolume) -> dict[str, Any]:
    claim = {"accessModes": list(volume.access_modes), "size": volume.size}
    if volume.storage_class is None:
        return {**claim, "defaultStorageClass": True}
    return {**claim, "storageClassName": volume.storage_class}
