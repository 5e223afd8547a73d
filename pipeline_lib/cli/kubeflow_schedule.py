"""`plib kubeflow schedule`."""

from __future__ import annotations

import click

from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples

_CHANGES = "pipeline_lib.cli.kubeflow_schedule_changes"
_COMMANDS = (
    LazyCommand(
        "create", "pipeline_lib.cli.kubeflow_schedule_create", "Make a schedule of a pipeline."
    ),
    LazyCommand("list", "pipeline_lib.cli.kubeflow_schedule_list", "List the schedules."),
    LazyCommand("enable", _CHANGES, "Let a schedule's runs begin again.", "enable"),
    LazyCommand("disable", _CHANGES, "Let no further run of a schedule begin.", "disable"),
    LazyCommand("delete", _CHANGES, "Delete a schedule; its runs stay.", "delete"),
)


@click.group(
    "schedule",
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    epilog=examples(
        "plib kubeflow schedule create pipeline.py --image registry/penguin:1 --cron '30 2 * * *'",
        "plib kubeflow schedule list",
        "plib kubeflow schedule disable nightly",
    ),
)
def command() -> None:
    """Let a pipeline run again and again: Kubeflow's recurring runs."""
