"""Checks of the volumes that an author gives to a node."""

from __future__ import annotations

from typing import get_args

from pipeline_lib import ir
from pipeline_lib.dsl.given_collections import checked_items
from pipeline_lib.dsl.kubernetes_names import (
    check_mount_path,
    check_object_name,
    check_one_of,
    check_quantity,
    check_volume_name,
)
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.kubernetes import (
    SHARED_MEMORY_PATH,
    EmptyDir,
    EphemeralVolume,
    PersistentVolumeClaim,
    Volume,
)

_MEDIA = ("", "Memory", "HugePages")
_ACCESS_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")


def checked_volumes(given: object, where: str) -> tuple[Volume, ...]:
    """The volumes in a list.

    Raises:
        AuthoringError: it holds something else, what Kubernetes would refuse, two volumes at one
            path, or one volume twice.
    """
    volumes: tuple[Volume, ...] = checked_items(given, get_args(Volume), where)
    for position, volume in enumerate(volumes):
        _check_volume(volume, f"{where}[{position}]")
    _check_places_differ(volumes, where)
    _check_names_differ(volumes, where)
    return volumes


def check_shared_memory_place(options: ir.KubernetesOptions, where: str) -> None:
    """Refuse a volume where the shared memory is mounted.

    Raises:
        AuthoringError: both are asked for.
    """
    taken = any(_place(volume) == SHARED_MEMORY_PATH for volume in options.volumes)
    if options.shared_memory and taken:
        raise AuthoringError(
            f"{where}: shared_memory is mounted at {SHARED_MEMORY_PATH!r}, and so is one of "
            "volumes. Leave one of them out."
        )


def _check_volume(volume: Volume, where: str) -> None:
    check_mount_path(volume.mount_path, f"{where}: mount_path")
    match volume:
        case EmptyDir(medium=medium, size_limit=limit):
            check_one_of(medium, _MEDIA, f"{where}: medium")
            if limit != "":
                check_quantity(limit, f"{where}: size_limit")
        case EphemeralVolume():
            _check_ephemeral(volume, where)
        case PersistentVolumeClaim(name=name, sub_path=sub_path):
            check_volume_name(name, f"{where}: name")
            _check_sub_path(sub_path, where)
        case _:
            check_volume_name(volume.name, f"{where}: name")


def _check_ephemeral(volume: EphemeralVolume, where: str) -> None:
    check_quantity(volume.size, f"{where}: size")
    if volume.storage_class:
        check_object_name(volume.storage_class, f"{where}: storage_class")
    modes = checked_items(volume.access_modes, (str,), f"{where}: access_modes")
    for mode in modes or ("",):
        check_one_of(mode, _ACCESS_MODES, f"{where}: access_modes")


def _check_sub_path(path: object, where: str) -> None:
    if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/"):
        raise AuthoringError(
            f"{where}: sub_path is a path below the volume's root, without '..', such as "
            f"'models/2026', got {path!r}."
        )


def _check_places_differ(volumes: tuple[Volume, ...], where: str) -> None:
    taken: dict[str, int] = {}
    for position, volume in enumerate(volumes):
        other = taken.setdefault(_place(volume), position)
        if other != position:
            raise AuthoringError(
                f"{where}[{other}] and {where.rpartition(': ')[2]}[{position}] are both mounted "
                f"at {volume.mount_path!r}. Give each a path of its own."
            )


def _check_names_differ(volumes: tuple[Volume, ...], where: str) -> None:
    taken: dict[str, int] = {}
    for position, volume in enumerate(volumes):
        if isinstance(volume, (EmptyDir, EphemeralVolume)):
            continue
        other = taken.setdefault(volume.name, position)
        if other != position:
            raise AuthoringError(
                f"{where}[{other}] and {where.rpartition(': ')[2]}[{position}] are both of the "
                f"name {volume.name!r}, which Kubeflow Pipelines gives to the volume; a Pod cannot "
                "have it twice. Mount it once, or rename one of the sources."
            )


def _place(volume: Volume) -> str:
    return volume.mount_path.rstrip("/")
