"""Options that commands for Kubeflow share: how a pipeline is compiled and submitted."""

from __future__ import annotations

from dataclasses import dataclass

import click

from pipeline_lib.cli.gathered_options import Command, gathered
from pipeline_lib.cli.pipeline_argument import LoadedPipeline
from pipeline_lib.metadata.connection import (
    MetadataConnectionConfig,
    SqliteConnection,
    connection_of,
)
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner


def _secret_and_key(
    ctx: click.Context, param: click.Parameter, given: str | None
) -> tuple[str, str] | None:
    if given is None:
        return None
    secret, _, key = given.partition("/")
    if not secret or not key:
        raise click.BadParameter(f"expected SECRET/KEY, got {given!r}.")
    return secret, key


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


def submission_options(command: Command) -> Command:
    """Add the options of a run; they arrive as one `submission: Submission`."""
    return gathered(command, _SUBMISSION, "submission", Submission)


def compiling_options(command: Command) -> Command:
    """Add the options of compiling; they arrive as one `compiling: Compiling`."""
    return gathered(command, _COMPILING, "compiling", Compiling)


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
