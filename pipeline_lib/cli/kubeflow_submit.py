"""`plib kubeflow submit`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_following import follow_and_show, interval_option
from pipeline_lib.cli.kubeflow_options import (
    Compiling,
    Submission,
    compiling_options,
    runner_for,
    store_config,
    store_option,
    submission_options,
)
from pipeline_lib.cli.kubeflow_shown import run_json
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.part_options import part_options
from pipeline_lib.cli.pipeline_argument import load_pipeline, pipeline_argument
from pipeline_lib.cli.runtime_parameters import param_option, typed_parameters
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.local.run_options import RunOptions


@click.command(
    "submit",
    epilog=examples(
        "plib kubeflow submit pipeline.py --image registry/penguin:1 --store-secret plib/url",
        "plib kubeflow submit pipeline.py --image registry/penguin:1 --param epochs=3 --watch",
        "plib kubeflow submit pipeline.pb --experiment nightly --json",
    ),
)
@pipeline_argument
@param_option
@click.option("--run-name", metavar="NAME", help="What people call the run on the cluster.")
@click.option("-w", "--watch", is_flag=True, help="Watch the run to its end.")
@interval_option
@compiling_options
@part_options
@submission_options
@cluster_options
@store_option
@json_option
@debug_option
def command(
    target: str,
    given: tuple[tuple[str, str], ...],
    run_name: str | None,
    watch: bool,
    interval: float,
    compiling: Compiling,
    part: RunOptions,
    submission: Submission,
    access: ClusterAccess,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Start a run of a pipeline on the cluster.

    PIPELINE is given as for 'plib run'. The compiled pipeline is put on the cluster as a new
    version, unless one with the same content is there.

    With --watch, tell each node that ends, and exit with 0 if the run is complete, else with 1.
    Ctrl-C stops watching; the run goes on.
    """
    loaded = load_pipeline(target)
    runner = runner_for(loaded, compiling, store_path, access, submission)
    run = runner.submit(
        loaded.ir,
        typed_parameters(given, loaded.ir),
        run_name=run_name,
        use_cache=not compiling.no_cache,
        options=part,
    )
    url = runner.cluster.url(run.run_id)
    click.echo(f"Started run {run.run_id} of pipeline {loaded.ir.name}: {url}", err=True)
    if watch:
        config = store_config(loaded, compiling.store_secret, store_path)
        follow_and_show(runner.cluster, run.run_id, config, interval, as_json)
    elif as_json:
        write_json(run_json(run, url))
    else:
        click.echo(run.run_id)
