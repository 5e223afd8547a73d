"""What a Pod has where its node does not say, but the run does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pipeline_lib import ir
from pipeline_lib.ir.kubernetes import (
    SHARED_MEMORY_PATH,
    EmptyDir,
    EphemeralVolume,
    KubernetesOptions,
    Volume,
)

T = TypeVar("T")


def with_defaults(options: ir.NodeOptions, run: KubernetesOptions) -> KubernetesOptions:
    """A node's settings, with the run's where the node does not say.

    Labels and variables are joined, the node's winning; so are volumes, tolerations and pull
    secrets. Affinity is not: of several terms one is enough, so another term would weaken it.
    """
    own = options.kubernetes or KubernetesOptions()
    volumes = _volumes(own, run)
    at_shared_memory = any(_place(one) == SHARED_MEMORY_PATH for one in volumes)
    named = _variables(options, own)
    from_maps = [one for one in run.config_map_variables if one.variable not in named]
    from_fields = {name: at for name, at in run.field_variables.items() if name not in named}
    non_root = run.run_as_non_root if own.run_as_non_root is None else own.run_as_non_root
    return KubernetesOptions(
        volumes=volumes,
        node_selector={**run.node_selector, **own.node_selector},
        tolerations=_joined(run.tolerations, own.tolerations),
        node_affinity=own.node_affinity or run.node_affinity,
        image_pull_policy=own.image_pull_policy or run.image_pull_policy,
        image_pull_secrets=_joined(run.image_pull_secrets, own.image_pull_secrets),
        labels={**run.labels, **own.labels},
        annotations={**run.annotations, **own.annotations},
        config_map_variables=(*from_maps, *own.config_map_variables),
        field_variables={**from_fields, **own.field_variables},
        shared_memory="" if at_shared_memory else own.shared_memory or run.shared_memory,
        run_as_non_root=non_root,
    )


def _volumes(own: KubernetesOptions, run: KubernetesOptions) -> list[Volume]:
    """The run's volumes where the node mounts neither the same source nor at the same place."""
    places = {_place(volume) for volume in own.volumes}
    if own.shared_memory:
        places.add(SHARED_MEMORY_PATH)
    sources = {_source(volume) for volume in own.volumes} - {""}
    kept = [one for one in run.volumes if _place(one) not in places and _source(one) not in sources]
    return [*kept, *own.volumes]


def _variables(options: ir.NodeOptions, own: KubernetesOptions) -> set[str]:
    """Environment variables that the node sets in any way."""
    secrets = (one.variable for one in options.secrets)
    from_maps = (one.variable for one in own.config_map_variables)
    return {*options.environment, *secrets, *from_maps, *own.field_variables}


def _joined(first: Iterable[T], second: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _place(volume: Volume) -> str:
    return volume.mount_path.rstrip("/")


def _source(volume: Volume) -> str:
    return "" if isinstance(volume, (EmptyDir, EphemeralVolume)) else volume.name
