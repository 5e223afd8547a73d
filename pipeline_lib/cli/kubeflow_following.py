"""Following a run on a cluster from the command line."""

from __future__ import annotations

import click

from pipeline_lib.cli.output import write_json
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.report.as_json import run_page_json
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.following import follow
from pipeline_lib.runners.local.progress import terminal_progress

interval_option = click.option(
    "--interval",
    type=click.FloatRange(min=0.01),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How often to look at a run that is watched.",
)


def follow_and_show(
    cluster: Cluster,
    run_id: str,
    config: MetadataConnectionConfig | None,
    interval: float,
    as_json: bool,
) -> None:
    """Follow a run to its end, and show how it ended.

    Raises:
        PipelineRunError: it is not complete.
        PipelineLibError: it cannot be followed; see `follow`.
    """
    followed = follow(cluster, run_id, config, terminal_progress(), interval)
    result = followed.result
    if as_json:
        write_json({**run_page_json(result.run, result.executions), "url": result.url})
    followed.result_or_raise()
    click.echo(f"Look further: {result.url}", err=True)
