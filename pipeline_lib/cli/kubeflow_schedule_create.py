"""`plib kubeflow schedule create`."""

from __future__ import annotations

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_options import (
    Compiling,
    Submission,
    compiling_options,
    runner_for,
    store_option,
    submission_options,
)
from pipeline_lib.cli.kubeflow_shown import schedule_json
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.pipeline_argument import load_pipeline, pipeline_argument
from pipeline_lib.cli.runtime_parameters import param_option, typed_parameters
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess


@click.command(
    "create",
    epilog=examples(
        "plib kubeflow schedule create pipeline.py --image registry/penguin:1 --cron '30 2 * * *'",
        "plib kubeflow schedule create pipeline.py --interval 3600 --name hourly",
        "plib kubeflow schedule create pipeline.pb --cron '0 6 * * 1-5' --param epochs=3 --json",
    ),
)
@pipeline_argument
@param_option
@click.option(
    "--cron",
    "--cron-expression",
    metavar="EXPRESSION",
    help="When: minute, hour, day of the month, month, day of the week; a second may come first.",
)
@click.option(
    "--interval",
    "--interval-second",
    type=int,
    metavar="SECONDS",
    help="In place of --cron: from one run to the next.",
)
@click.option("--name", metavar="NAME", help="By default the pipeline's.")
@click.option(
    "--max-concurrency",
    type=int,
    default=1,
    show_default=True,
    help="How many of its runs may go on at once, 1 to 10.",
)
@click.option(
    "--catch-up", is_flag=True, help="Make up for runs that are missed while it is disabled."
)
@click.option("--start-time", metavar="TIME", help="First moment: 2026-01-31T23:59:00Z.")
@click.option("--end-time", metavar="TIME", help="Last moment.")
@compiling_options
@submission_options
@cluster_options
@store_option
@json_option
@debug_option
def command(
    target: str,
    given: tuple[tuple[str, str], ...],
    cron: str | None,
    interval: int | None,
    name: str | None,
    max_concurrency: int,
    catch_up: bool,
    start_time: str | None,
    end_time: str | None,
    compiling: Compiling,
    submission: Submission,
    access: ClusterAccess,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Let a pipeline run again and again, from now on.

    PIPELINE is given as for 'plib run'. Later changes of it are for new schedules: this one runs
    what is compiled now.
    """
    loaded = load_pipeline(target)
    runner = runner_for(loaded, compiling, store_path, access, submission)
    schedule = runner.schedule(
        loaded.ir,
        typed_parameters(given, loaded.ir),
        cron=cron,
        interval=interval,
        name=name,
        use_cache=not compiling.no_cache,
        max_concurrency=max_concurrency,
        catch_up=catch_up,
        start_time=start_time,
        end_time=end_time,
    )
    if as_json:
        write_json(schedule_json(schedule))
        return
    click.echo(f"Made schedule {schedule.name!r} of pipeline {loaded.ir.name!r}.", err=True)
    click.echo(schedule.schedule_id)
