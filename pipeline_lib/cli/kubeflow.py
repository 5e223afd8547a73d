"""`plib kubeflow`: pipelines on a cluster with Kubeflow Pipelines."""

from __future__ import annotations

import click

from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples

_COMMANDS = (
    LazyCommand("compile", "pipeline_lib.cli.kubeflow_compile", "Compile a pipeline for Kubeflow."),
    LazyCommand("submit", "pipeline_lib.cli.kubeflow_submit", "Start a run on the cluster."),
    LazyCommand("watch", "pipeline_lib.cli.kubeflow_watch", "Watch a run to its end."),
    LazyCommand("runs", "pipeline_lib.cli.kubeflow_runs", "List the runs on the cluster."),
    LazyCommand("cancel", "pipeline_lib.cli.kubeflow_cancel", "Stop a run."),
    LazyCommand(
        "schedule", "pipeline_lib.cli.kubeflow_schedule", "Let a pipeline run again and again."
    ),
)


@click.group(
    "kubeflow",
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    epilog=examples(
        "plib kubeflow compile pipeline.py -o pipeline.yaml --image registry/penguin:1",
        "plib kubeflow submit pipeline.py --image registry/penguin:1 --watch",
        "plib kubeflow runs",
        "plib kubeflow watch latest",
        "plib kubeflow schedule create pipeline.py --image registry/penguin:1 --cron '30 2 * * *'",
    ),
)
def command() -> None:
    """Run pipelines on a cluster, with Kubeflow Pipelines 2.

    Where it is, is said by --host or the environment variable KF_PIPELINES_ENDPOINT; by default it
    is the cluster around this process, or the one that the Kubernetes config leads to. To compile,
    no cluster is needed.
    """
