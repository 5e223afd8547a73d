"""Options that commands for Kubeflow share: how a pipeline is compiled, and which cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from pipeline_lib.cli.pipeline_argument import LoadedPipeline
from pipeline_lib.metadata.connection import (
    MetadataConnectionConfig,
    SqliteConnection,
    connection_of,
)
from pipeline_lib.runners.kubeflow.client.access import HOST_VARIABLE, ClusterAccess
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner

_Command = Callable[..., Any]


def _secret_and_key(
    ctx: click.Context, param: click.Parameter, given: str | None
) -> tuple[str, str] | None:
    if given is None:
        return None
    secret, _, key = given.partition("/")
    if not secret or not key:
        raise click.BadParameter(f"expected SECRET/KEY, got {given!r}.")
    return secret, key


_CLUSTER = (
    click.option(
        "--host",
        "--endpoint",
        envvar=HOST_VARIABLE,
        show_envvar=True,
        metavar="URL",
        help="Where Kubeflow Pipelines are.",
    ),
    click.option(
        "-n",
        "--namespace",
        metavar="NAME",
        help="Whose runs, where Kubeflow serves several users.",
    ),
    click.option(
        "--token",
        "--existing-token",
        "existing_token",
        envvar="PLIB_KUBEFLOW_TOKEN",
        show_envvar=True,
        help="Bearer token to get in with.",
    ),
    click.option(
        "--cookies",
        envvar="PLIB_KUBEFLOW_COOKIES",
        show_envvar=True,
        help="Cookies of a session to get in with: 'authservice_session=...'.",
    ),
    click.option(
        "--client-id",
        "--iap-client-id",
        envvar="KF_PIPELINES_IAP_OAUTH2_CLIENT_ID",
        show_envvar=True,
        help="Client id of an Identity-Aware Proxy before it.",
    ),
    click.option("--other-client-id", help="Client id that asks the proxy for a token."),
    click.option("--other-client-secret", help="Secret of that client."),
    click.option(
        "--ca-cert",
        "ssl_ca_cert",
        type=click.Path(),
        metavar="FILE",
        help="Certificates to trust.",
    ),
    click.option("--kube-context", metavar="NAME", help="Context of the Kubernetes config."),
)
_SUBMISSION = (
    click.option(
        "-e",
        "--experiment",
        "--experiment-name",
        envvar="KF_PIPELINES_DEFAULT_EXPERIMENT_NAME",
        show_envvar=True,
        metavar="NAME",
        help="Experiment that the run is put into; made if there is none.",
    ),
    click.option(
        "--service-account",
        metavar="NAME",
        help="Kubernetes service account of the containers.",
    ),
)
_COMPILING = (
    click.option(
        "--image",
        default="",
        envvar="PLIB_IMAGE",
        show_envvar=True,
        help="Container image of nodes that name none.",
    ),
    click.option(
        "--store-secret",
        callback=_secret_and_key,
        envvar="PLIB_STORE_SECRET",
        show_envvar=True,
        metavar="SECRET/KEY",
        help="Kubernetes secret, and the key at which it holds the URL of the metadata store.",
    ),
    click.option(
        "--pipeline-root",
        metavar="URI",
        help="Where outputs are written, in place of what the pipeline says.",
    ),
    click.option("--no-cache", is_flag=True, help="Run every node, whatever the pipeline says."),
)

store_option = click.option(
    "--store",
    "store_path",
    metavar="URL",
    envvar="PLIB_STORE",
    show_envvar=True,
    help="The metadata store as this machine reaches it, to show how a run goes on. Without "
    "--store-secret, the containers use it, too. By default the one that the pipeline names.",
)


@dataclass(frozen=True)
class Compiling:
    """How a pipeline is compiled."""

    image: str
    store_secret: tuple[str, str] | None
    pipeline_root: str | None
    no_cache: bool


@dataclass(frozen=True)
class Submission:
    """How a run is put on the cluster."""

    experiment: str | None = None
    service_account: str | None = None


def cluster_options(command: _Command) -> _Command:
    """Add the options of a cluster; they arrive as one `access: ClusterAccess`."""
    return _gathered(command, _CLUSTER, "access", ClusterAccess)


def submission_options(command: _Command) -> _Command:
    """Add the options of a run; they arrive as one `submission: Submission`."""
    return _gathered(command, _SUBMISSION, "submission", Submission)


def compiling_options(command: _Command) -> _Command:
    """Add the options of compiling; they arrive as one `compiling: Compiling`."""
    return _gathered(command, _COMPILING, "compiling", Compiling)


def runner_for(
    loaded: LoadedPipeline,
    compiling: Compiling,
    store_path: str | None,
    access: ClusterAccess | None = None,
    submission: Submission | None = None,
) -> KubeflowRunner:
    """The runner that the options describe."""
    made = submission or Submission()
    return KubeflowRunner(
        compiling.image,
        store_secret=compiling.store_secret,
        metadata_connection_config=store_config(loaded, compiling.store_secret, store_path),
        pipeline_root=compiling.pipeline_root,
        experiment=made.experiment,
        service_account=made.service_account,
        **vars(access or ClusterAccess()),
    )


def store_config(
    loaded: LoadedPipeline, secret: tuple[str, str] | None, store_path: str | None
) -> MetadataConnectionConfig | None:
    """The store that was given, or the author's.

    With a secret, a file that the author has named is for local runs: containers write elsewhere.
    """
    if store_path is not None:
        return connection_of(store_path)
    if secret is not None and isinstance(loaded.store, SqliteConnection):
        return None
    return loaded.store


def _gathered(
    command: _Command, options: tuple[Any, ...], argument: str, kind: Callable[..., object]
) -> _Command:
    """Add options to a command, which arrive as one argument."""
    names = [option(lambda: None).__click_params__[0].name for option in options]

    @wraps(command)
    def gathering(**given: Any) -> Any:
        return command(**{argument: kind(**{name: given.pop(name) for name in names}), **given})

    # click keeps the options of inner decorators on the function.
    for option in reversed(options):
        option(gathering)
    return gathering
