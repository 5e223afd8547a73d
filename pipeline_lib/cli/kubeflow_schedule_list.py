"""`plib kubeflow schedule list`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_shown import schedule_json, schedule_table
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.schedules import schedules


@click.command(
    "list",
    epilog=examples(
        "plib kubeflow schedule list",
        "plib kubeflow schedule list --namespace team-a",
        "plib kubeflow schedule list --json",
    ),
)
@cluster_options
@json_option
@debug_option
def command(access: ClusterAccess, as_json: bool) -> None:
    """List the schedules on the cluster."""
    held = schedules(Cluster(access))
    if as_json:
        write_json([schedule_json(one) for one in held])
    elif held:
        write(schedule_table(held))
    else:
        click.echo("The cluster has no schedules.")
