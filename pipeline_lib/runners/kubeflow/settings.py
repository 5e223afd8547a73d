"""How a pipeline runs on a cluster: image, store and places of its containers."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline_lib.ir.kubernetes import KubernetesOptions

STORE_VARIABLE = "PIPELINE_LIB_STORE"
"""Environment variable in which a container finds its store, as `connection_of` takes it."""


@dataclass(frozen=True)
class StoreFromSecret:
    """A store whose URL is at `key` of the Kubernetes secret named `secret`.

    The URL is as `plib --store` takes it: `mysql://USER:PASSWORD@HOST:PORT/DATABASE`,
    `postgresql://...` or `grpc://HOST:PORT`.
    """

    secret: str
    key: str


@dataclass(frozen=True)
class StoreUrl:
    """A store at a URL that is no secret: it is written into the compiled pipeline as it is."""

    url: str


@dataclass(frozen=True)
class KubeflowSettings:
    """How a pipeline runs on a cluster.

    Attributes:
        store: how the containers find the store.
        image: container image of nodes that name none, and of the steps around all nodes. It holds
            this library and the author's modules.
        pipeline_root: below it all outputs are written, in place of what the pipeline says.
        use_cache: whether cached results may be used at all.
        kubernetes: what every Pod has on the cluster, where its node does not say otherwise.
        from_nodes: the nodes that a partial run begins with, by id.
        to_nodes: the nodes that a partial run ends with, by id.
        base_run: run whose results a partial run takes over; `None` for the latest.
    """

    store: StoreFromSecret | StoreUrl
    image: str = ""
    pipeline_root: str | None = None
    use_cache: bool = True
    kubernetes: KubernetesOptions = field(default_factory=KubernetesOptions)
    from_nodes: tuple[str, ...] = ()
    to_nodes: tuple[str, ...] = ()
    base_run: str | None = None
