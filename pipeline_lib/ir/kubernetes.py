"""What a node's Pod on a Kubernetes cluster has, besides what every machine can give.

Frozen dataclasses; their fields are those of `pipeline.proto`, their words Kubernetes' own. An
author makes them under the names of `pipeline_lib.kubernetes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline_lib.ir.frozen import FrozenFields

SHARED_MEMORY_PATH = "/dev/shm"
"""Where programs look for the memory that they share."""


@dataclass(frozen=True)
class PersistentVolumeClaim:
    """A persistent volume, by the name of the claim that holds it.

    Args:
        name: of the claim, in the namespace of the run.
        mount_path: where the container sees it.
        sub_path: the folder of the volume that is mounted; empty for all of it. Kubeflow Pipelines
            knows it from 2.16 on.
    """

    name: str
    mount_path: str
    sub_path: str = ""


@dataclass(frozen=True)
class EmptyDir:
    """An empty folder that lives as long as the Pod.

    Args:
        mount_path: where the container sees it.
        medium: what holds it: empty for the machine's disk, `"Memory"`, or `"HugePages"`.
        size_limit: how much it may hold, such as `"10Gi"`; empty for no limit.
    """

    mount_path: str
    medium: str = ""
    size_limit: str = ""


@dataclass(frozen=True)
class EphemeralVolume:
    """A persistent volume that is claimed for the Pod and deleted with it.

    Args:
        mount_path: where the container sees it.
        size: how much it holds, such as `"100Gi"`.
        storage_class: what provides it; `None` for the cluster's default.
        access_modes: how it is mounted, as Kubernetes names it.
    """

    mount_path: str
    size: str
    storage_class: str | None = None
    access_modes: Sequence[str] = ("ReadWriteOnce",)

    def __post_init__(self) -> None:
        _as_tuple(self, "access_modes")


@dataclass(frozen=True)
class SecretVolume:
    """The keys of a secret as files, which can only be read.

    Args:
        name: of the secret.
        mount_path: the folder in which the container sees them.
        optional: the Pod starts where there is no such secret.
    """

    name: str
    mount_path: str
    optional: bool = False


@dataclass(frozen=True)
class ConfigMapVolume:
    """The keys of a config map as files, which can only be read.

    Args:
        name: of the config map.
        mount_path: the folder in which the container sees them.
        optional: the Pod starts where there is no such config map.
    """

    name: str
    mount_path: str
    optional: bool = False


Volume: TypeAlias = (
    PersistentVolumeClaim | EmptyDir | EphemeralVolume | SecretVolume | ConfigMapVolume
)


@dataclass(frozen=True)
class Toleration:
    """Lets the Pod onto machines with a taint.

    Args:
        key: of the taint; empty, with the operator `"Exists"`, for every taint.
        operator: `"Equal"` or `"Exists"`.
        value: of the taint, with `"Equal"`.
        effect: `"NoSchedule"`, `"PreferNoSchedule"` or `"NoExecute"`; empty for all.
        toleration_seconds: how long the Pod stays, with `"NoExecute"`; `None` for ever.
    """

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


@dataclass(frozen=True)
class NodeSelectorRequirement:
    """What a label of a machine must be.

    Args:
        key: of the label.
        operator: `"In"`, `"NotIn"`, `"Exists"`, `"DoesNotExist"`, `"Gt"` or `"Lt"`.
        values: what the label's value is compared with.
    """

    key: str
    operator: str
    values: Sequence[str] = ()

    def __post_init__(self) -> None:
        _as_tuple(self, "values")


@dataclass(frozen=True)
class NodeAffinityTerm:
    """Machines that the Pod needs or prefers: all requirements hold for them.

    Of several terms without a weight one is enough.

    Args:
        match_expressions: requirements of the machine's labels.
        match_fields: requirements of the machine's fields; Kubernetes knows `metadata.name`.
        weight: 1 to 100, how much such machines are preferred; `None` where they are needed.
    """

    match_expressions: Sequence[NodeSelectorRequirement] = ()
    match_fields: Sequence[NodeSelectorRequirement] = ()
    weight: int | None = None

    def __post_init__(self) -> None:
        _as_tuple(self, "match_expressions", "match_fields")


@dataclass(frozen=True)
class ConfigMapVariable:
    """An environment variable that holds what is at `key` of a config map."""

    variable: str
    config_map: str
    key: str


@dataclass(frozen=True)
class KubernetesOptions(FrozenFields):
    """What a Pod has on a cluster. It changes nothing of what the node does.

    Attributes:
        volumes: folders from outside the container.
        node_selector: labels that the machine must have.
        tolerations: taints that the machine may have.
        node_affinity: machines that are needed or preferred.
        image_pull_policy: `Always`, `IfNotPresent` or `Never`; empty for the cluster's default.
        image_pull_secrets: names of secrets with which the image is pulled.
        labels: of the Pod.
        annotations: of the Pod.
        config_map_variables: environment variables from config maps.
        field_variables: environment variables from fields of the Pod, such as `metadata.name`.
        shared_memory: size of `/dev/shm`; empty for the container engine's default.
        run_as_non_root: whether the cluster refuses to run the container as root; `None` leaves
            it to the cluster.
    """

    volumes: Sequence[Volume] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: Sequence[Toleration] = ()
    node_affinity: Sequence[NodeAffinityTerm] = ()
    image_pull_policy: str = ""
    image_pull_secrets: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    config_map_variables: Sequence[ConfigMapVariable] = ()
    field_variables: Mapping[str, str] = field(default_factory=dict)
    shared_memory: str = ""
    run_as_non_root: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _as_tuple(self, "volumes", "tolerations", "node_affinity")
        _as_tuple(self, "image_pull_secrets", "config_map_variables")


def _as_tuple(owner: object, *names: str) -> None:
    """Freeze what an author gives as a list; anything else stays for its check to see."""
    for name in names:
        value = getattr(owner, name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            object.__setattr__(owner, name, tuple(value))
