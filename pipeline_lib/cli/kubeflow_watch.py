"""`plib kubeflow watch`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_following import follow_and_show, interval_option
from pipeline_lib.cli.kubeflow_options import store_option
from pipeline_lib.cli.kubeflow_run_id import find_run_id
from pipeline_lib.cli.output import json_option
from pipeline_lib.metadata.connection import connection_of
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster


@click.command(
    "watch",
    epilog=examples(
        "plib kubeflow watch latest",
        "plib kubeflow watch 3f2a  # the beginning of an id is enough",
        "plib kubeflow watch latest --store grpc://localhost:8080 --interval 1",
    ),
)
@click.argument("run_id", metavar="RUN")
@interval_option
@cluster_options
@store_option
@json_option
@debug_option
def command(
    run_id: str, interval: float, access: ClusterAccess, store_path: str | None, as_json: bool
) -> None:
    """Watch a run on the cluster to its end.

    RUN is a run's id, the beginning of one, or 'latest'. Each node that ends is told: as the
    metadata store has it, if --store names the one that the containers write to, else as far as
    Kubeflow knows.

    Exit code: 0 the run is complete, 1 it is not. Ctrl-C stops watching; the run goes on.
    """
    cluster = Cluster(access)
    config = None if store_path is None else connection_of(store_path)
    follow_and_show(cluster, find_run_id(run_id, cluster), config, interval, as_json)
