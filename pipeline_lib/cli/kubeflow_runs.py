"""`plib kubeflow runs`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_shown import run_json, run_table
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster


@click.command(
    "runs",
    epilog=examples(
        "plib kubeflow runs",
        "plib kubeflow runs --experiment nightly --limit 5",
        "plib kubeflow runs --namespace team-a --json",
    ),
)
@click.option("-e", "--experiment", metavar="NAME", help="Only runs of this experiment.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=200),
    default=20,
    show_default=True,
    help="How many at most.",
)
@cluster_options
@json_option
@debug_option
def command(experiment: str | None, limit: int, access: ClusterAccess, as_json: bool) -> None:
    """List the runs on the cluster, newest first."""
    cluster = Cluster(access)
    runs = cluster.runs(limit, experiment)
    if as_json:
        write_json([run_json(run, cluster.url(run.run_id)) for run in runs])
    elif runs:
        write(run_table(runs))
    else:
        click.echo("The cluster has no runs.")
