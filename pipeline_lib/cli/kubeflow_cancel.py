"""`plib kubeflow cancel`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_run_id import find_run_id
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster


@click.command(
    "cancel",
    epilog=examples(
        "plib kubeflow cancel latest",
        "plib kubeflow cancel 3f2a  # the beginning of an id is enough",
        "plib kubeflow cancel latest --namespace team-a",
    ),
)
@click.argument("run_id", metavar="RUN")
@cluster_options
@debug_option
def command(run_id: str, access: ClusterAccess) -> None:
    """Stop a run on the cluster: what is running is killed.

    RUN is a run's id, the beginning of one, or 'latest'.
    """
    cluster = Cluster(access)
    found = find_run_id(run_id, cluster)
    cluster.cancel(found)
    click.echo(f"Run {found} is being canceled.")
