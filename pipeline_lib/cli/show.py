"""`plib show`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import find_node, find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.report.as_json import node_json, run_page_json
from pipeline_lib.report.node_page import node_page
from pipeline_lib.report.run_page import run_page


@click.command(
    "show",
    epilog=examples(
        "plib show latest",
        "plib show 20260131-2359  # the beginning of an id is enough",
        "plib show latest Trainer",
        "plib show latest --store runs.sqlite --json",
    ),
)
@click.argument("run_id", metavar="RUN")
@click.argument("node_id", metavar="[NODE]", required=False)
@store_option
@json_option
@debug_option
def command(run_id: str, node_id: str | None, store_path: str | None, as_json: bool) -> None:
    """Show a run: its nodes, the artifacts they wrote, and errors.

    RUN is a run's id, the beginning of one, or 'latest'. With NODE, show that node: what it read,
    wrote and was given, the traceback if it failed, and the end of its log.
    """
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        executions = latest_by_node(store.executions(run.run_id))
    if node_id is not None:
        execution = find_node(node_id, run.run_id, executions)
        write_json(node_json(execution)) if as_json else write(node_page(execution))
    else:
        write_json(run_page_json(run, executions)) if as_json else write(run_page(run, executions))
