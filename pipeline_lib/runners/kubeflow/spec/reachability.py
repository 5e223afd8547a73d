"""Whether containers on a cluster reach the store and the pipeline root."""

from __future__ import annotations

import ipaddress
import posixpath

from pipeline_lib import ir
from pipeline_lib.artifacts import files
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Expression, Literal, RuntimeParameterValue
from pipeline_lib.ir.kubernetes import PersistentVolumeClaim
from pipeline_lib.metadata.connection import GrpcConnection, SqliteConnection, connection_of
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret, StoreUrl

_TEAM_STORE = (
    "Give one that they reach, by a secret that holds its URL: "
    'KubeflowRunner(store_secret=("pipeline-store", "url")).'
)


def check_store(store: StoreFromSecret | StoreUrl) -> None:
    """Refuse a store that containers on a cluster cannot reach, as far as that can be known.

    Raises:
        AuthoringError: it is a file, on the machine itself, or its URL holds a password.
        MetadataStoreError: the URL is none that a store can have.
    """
    if isinstance(store, StoreFromSecret):
        return
    connection = connection_of(store.url)
    if isinstance(connection, SqliteConnection):
        raise AuthoringError(
            f"The metadata store {connection.path!r} is a SQLite file, which the containers of a "
            f"cluster cannot share. {_TEAM_STORE}"
        )
    if _is_loopback(connection.host):
        raise AuthoringError(
            f"The metadata store is at {connection.host!r}: in a container that is the container "
            f"itself. {_TEAM_STORE}"
        )
    if not isinstance(connection, GrpcConnection) and connection.password:
        raise AuthoringError(
            f"The URL of the metadata store at {connection.host!r} holds a password, which would "
            "be written into the compiled pipeline. Put the URL into a secret: "
            'KubeflowRunner(store_secret=("pipeline-store", "url")).'
        )


def is_root_mounted(pipeline: ir.Pipeline, settings: KubeflowSettings) -> bool:
    """Whether the pipeline root is a path in each container, and not the URI of an object store.

    Raises:
        AuthoringError: there is no pipeline root, it is known only when the pipeline runs and a
            container component needs to know, or it is a path at which nothing is mounted.
    """
    where = f"Pipeline {pipeline.name!r}"
    given = pipeline.root if settings.pipeline_root is None else Literal(settings.pipeline_root)
    if given is None:
        raise AuthoringError(
            f"{where} has no pipeline root. Give one that all containers reach: "
            'KubeflowRunner(pipeline_root="s3://...") (--pipeline-root s3://...).'
        )
    root = _known_root(given, pipeline)
    if root is None:
        _refuse_unknown_root(pipeline)
        return False
    if not files.is_local(root):
        return False
    if not any(_covers(place, root) for place in _shared_places(settings)):
        raise AuthoringError(
            f"{where}: its pipeline root {root!r} is a path, and each container has files of its "
            "own. Mount a volume there that all share, "
            "KubeflowRunner(kubernetes=KubernetesOptions(volumes=[PersistentVolumeClaim(...)])), "
            'or give one in an object store: KubeflowRunner(pipeline_root="s3://...") '
            "(--pipeline-root s3://...)."
        )
    return True


def _known_root(root: Expression, pipeline: ir.Pipeline) -> str | None:
    """The pipeline root, if it is known before the pipeline runs."""
    match root:
        case Literal(value):
            return str(value)
        case RuntimeParameterValue(name):
            declared = {one.name: one.default for one in pipeline.runtime_parameters}
            default = declared[name]
            return None if default is None else str(default.value)
    return None


def _refuse_unknown_root(pipeline: ir.Pipeline) -> None:
    for node in pipeline.every_node():
        if isinstance(node.executor, ir.ContainerExecutor):
            raise AuthoringError(
                f"Node {node.id!r} is a container component, whose command is compiled in one way "
                "for a pipeline root that is mounted and in another for one in an object store; "
                f"that of pipeline {pipeline.name!r} is known only when it runs. Give it: "
                "KubeflowRunner(pipeline_root=...) (--pipeline-root)."
            )


def _shared_places(settings: KubeflowSettings) -> list[str]:
    volumes = settings.kubernetes.volumes
    return [one.mount_path for one in volumes if isinstance(one, PersistentVolumeClaim)]


def _covers(place: str, path: str) -> bool:
    top = posixpath.normpath(place)
    return posixpath.isabs(path) and posixpath.commonpath([top, posixpath.normpath(path)]) == top


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
