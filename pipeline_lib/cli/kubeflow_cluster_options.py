"""Options of commands that speak to a cluster: where it is, and who asks."""

from __future__ import annotations

import click

from pipeline_lib.cli.gathered_options import Command, gathered
from pipeline_lib.runners.kubeflow.client.access import HOST_VARIABLE, ClusterAccess

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


def cluster_options(command: Command) -> Command:
    """Add the options of a cluster; they arrive as one `access: ClusterAccess`."""
    return gathered(command, _CLUSTER, "access", ClusterAccess)
