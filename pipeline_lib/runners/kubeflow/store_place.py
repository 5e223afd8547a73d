"""How containers find the store that an author has named."""

from __future__ import annotations

from urllib.parse import quote

from pipeline_lib.errors import AuthoringError
from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MetadataConnectionConfig,
    MySqlConnection,
    SqliteConnection,
)
from pipeline_lib.runners.kubeflow.settings import StoreFromSecret, StoreUrl


def store_place(
    secret: tuple[str, str] | None, config: MetadataConnectionConfig | None
) -> StoreFromSecret | StoreUrl:
    """Where containers find the store: in a secret, or at a URL.

    Args:
        secret: name of a Kubernetes secret and the key of the store's URL in it.
        config: the store that the author has named.

    Raises:
        AuthoringError: neither is given.
    """
    if secret is not None:
        return StoreFromSecret(*secret)
    if config is None:
        raise AuthoringError(
            "Nothing says which metadata store the containers write to. Put the store's URL into "
            "a Kubernetes secret, as 'kubectl create secret generic pipeline-store "
            "--from-literal=url=mysql://USER:PASSWORD@HOST:PORT/DATABASE' does, and give "
            'store_secret=("pipeline-store", "url") (--store-secret pipeline-store/url).'
        )
    return StoreUrl(_url(config))


def _url(config: MetadataConnectionConfig) -> str:
    """The URL of a store, as `connection_of` reads it."""
    if isinstance(config, SqliteConnection):
        return config.path
    if isinstance(config, GrpcConnection):
        return f"grpc://{config.host}:{config.port}"
    scheme = "mysql" if isinstance(config, MySqlConnection) else "postgresql"
    user = quote(config.username, safe="")
    if config.password:
        user += f":{quote(config.password, safe='')}"
    return f"{scheme}://{user}@{config.host}:{config.port}/{config.database}"
