"""`plib show`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.cli.completing import complete_node, complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import INTERRUPTED, RUN_FAILED, debug_option
from pipeline_lib.cli.follow import follow as follow_run
from pipeline_lib.cli.follow import wait_for_run, wait_for_store
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import find_node, find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.cli.unfinished import tell_if_nobody_runs
from pipeline_lib.metadata.connection import DEFAULT_STORE
from pipeline_lib.metadata.store import ExecutionRecord, RunState
from pipeline_lib.report.as_json import node_json, run_page_json
from pipeline_lib.report.columns import in_columns
from pipeline_lib.report.node_page import node_page
from pipeline_lib.report.other_tools import told_by_nodes
from pipeline_lib.report.run_page import node_row, run_page


@click.command(
    "show",
    epilog=examples(
        "plib show latest",
        "plib show 20260131-2359  # the beginning of an id is enough",
        "plib show latest Trainer",
        "plib show latest --follow",
        "plib show latest --store runs.sqlite --json",
    ),
)
@click.argument("run_id", metavar="RUN", shell_complete=complete_run)
@click.argument("node_id", metavar="[NODE]", required=False, shell_complete=complete_node)
@click.option("--follow", is_flag=True, help="Follow a run to its end, as it goes on.")
@click.option(
    "--interval",
    type=click.FloatRange(min=0.01),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="With --follow: how often to look.",
)
@store_option
@json_option
@debug_option
def command(
    run_id: str,
    node_id: str | None,
    follow: bool,
    interval: float,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Show a run: its nodes, the artifacts they wrote, and errors.

    RUN is a run's id, the beginning of one, or 'latest'. With NODE, show that node: what it read,
    wrote and was given, the traceback if it failed, and the end of its log.

    With --follow, tell each node that ends, then show the run, and exit with 0 if it is complete,
    else with 1; that the process which runs it was killed is an end too. Ctrl-C stops following;
    the run goes on.
    """
    if follow:
        if node_id is not None:
            raise click.UsageError("--follow follows a whole run: leave out NODE.")
        _follow(run_id, interval, store_path, as_json)
        return
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        executions = latest_by_node(store.executions(run.run_id))
    if node_id is not None:
        execution = find_node(node_id, run.run_id, executions)
        write_json(node_json(execution)) if as_json else write(node_page(execution))
        return
    told = told_by_nodes(run, executions.values())
    write_json(run_page_json(told, executions)) if as_json else write(run_page(told, executions))
    tell_if_nobody_runs(run, store_path)


def _follow(typed: str, interval: float, store_path: str | None, as_json: bool) -> None:
    """Tell each node that ends, then show the run; the process ends with the run's exit code."""
    wait_for_store(store_path or DEFAULT_STORE, interval)
    with closing(open_existing_store(store_path)) as store:
        try:
            run_id = wait_for_run(typed, store, interval).run_id
            run = follow_run(run_id, store, interval, _tell_beside if as_json else _tell)
        except KeyboardInterrupt:
            click.echo("Stopped following; the run goes on.", err=True)
            click.get_current_context().exit(INTERRUPTED)
        executions = latest_by_node(store.executions(run_id))
    if as_json:
        write_json(run_page_json(run, executions))
    else:
        click.echo()
        write(run_page(run, executions))
    tell_if_nobody_runs(run, store_path)
    if run.state is not RunState.COMPLETE:
        click.get_current_context().exit(RUN_FAILED)


def _tell(execution: ExecutionRecord) -> None:
    write(in_columns([node_row(execution.instance, execution)]))


def _tell_beside(execution: ExecutionRecord) -> None:
    """Standard output is for the JSON at the end."""
    click.echo(in_columns([node_row(execution.instance, execution)]).plain, err=True)
