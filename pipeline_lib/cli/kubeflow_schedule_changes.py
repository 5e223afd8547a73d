"""`plib kubeflow schedule enable`, `disable` and `delete`."""

from __future__ import annotations

from collections.abc import Callable

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_cluster_options import cluster_options
from pipeline_lib.cli.kubeflow_run_id import find_schedule_id
from pipeline_lib.runners.kubeflow.client.access import ClusterAccess
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.schedules import (
    delete_schedule,
    disable_schedule,
    enable_schedule,
)


def _command(
    name: str, change: Callable[[Cluster, str], None], meaning: str, done: str
) -> click.Command:
    """A command that changes the schedule that is typed."""

    @click.command(
        name,
        help=f"{meaning}\n\nSCHEDULE is its id or its name.",
        epilog=examples(
            f"plib kubeflow schedule {name} nightly",
            f"plib kubeflow schedule {name} 3f2a7c1e-0b4d-4f7e-9a55-2d1c6b8e9f00",
            f"plib kubeflow schedule {name} nightly --namespace team-a",
        ),
    )
    @click.argument("schedule", metavar="SCHEDULE")
    @cluster_options
    @debug_option
    def command(schedule: str, access: ClusterAccess) -> None:
        cluster = Cluster(access)
        change(cluster, find_schedule_id(schedule, cluster))
        click.echo(f"Schedule {schedule} is {done}.")

    return command


enable = _command("enable", enable_schedule, "Let a schedule's runs begin again.", "enabled")
disable = _command(
    "disable", disable_schedule, "Let no further run of a schedule begin.", "disabled"
)
delete = _command("delete", delete_schedule, "Delete a schedule; its runs stay.", "deleted")
