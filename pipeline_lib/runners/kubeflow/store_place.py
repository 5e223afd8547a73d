"""How containers find the store that an author has named."""

from __future__ import annotations

from pipeline_lib.errors import AuthoringError
from pipeline_lib.metadata.connection import (
    GrpcConnection,
    MetadataConnectionConfig,
    MySqlConnection,
    SqliteConnection,
)
from pipeline_lib.runners.kubeflow.settings import StoreFromSecret, StoreUrl

_IN_A_SECRET = (
    "Put the store's URL into a Kubernetes secret, as 'kubectl create secret generic "
    "pipeline-store --from-literal=url=mysql://USER:PASSWORD@HOST:PORT/DATABASE' does, and give "
    'store_secret=("pipeline-store", "url") (--store-secret pipeline-store/url).'
)


def store_place(
    secret: tuple[str, str] | None, config: MetadataConnectionConfig | None
) -> StoreFromSecret | StoreUrl:
    """Where containers find the store: in a secret, or at a URL that is none.

    Args:
        secret: name of a Kubernetes secret and the key of the store's URL in it.
        config: the store that the author has named.

    Raises:
        AuthoringError: neither is given, or the URL would hold a password.
    """
    if secret is not None:
        return StoreFromSecret(*secret)
    if config is None:
        raise AuthoringError(
            f"Nothing says which metadata store the containers write to. {_IN_A_SECRET}"
        )
    if isinstance(config, SqliteConnection):
        return StoreUrl(config.path)
    if isinstance(config, GrpcConnection):
        return StoreUrl(f"grpc://{config.host}:{config.port}")
    if config.password:
        raise AuthoringError(
            "The store's password would be written into the compiled pipeline, where everybody "
            f"can read it. {_IN_A_SECRET}"
        )
    scheme = "mysql" if isinstance(config, MySqlConnection) else "postgresql"
    place = f"{config.host}:{config.port}/{config.database}"
    return StoreUrl(f"{scheme}://{config.username}@{place}")
