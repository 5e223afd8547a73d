"""`plib why`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.cli.completing import complete_node, complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import find_node, find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.cli.unfinished import tell_if_nobody_runs
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.report.cache_changes import writers_in
from pipeline_lib.report.other_tools import is_of_another_tool, reason_of_another_tool
from pipeline_lib.report.reasons_in_store import reason_in_store
from pipeline_lib.report.why_page import why_json, why_page


@click.command(
    "why",
    epilog=examples(
        "plib why latest Trainer",
        "plib why 20260131-2359 Trainer  # the beginning of an id is enough",
        "plib why latest Trainer --json",
    ),
)
@click.argument("run_id", metavar="RUN", shell_complete=complete_run)
@click.argument("node_id", metavar="NODE", shell_complete=complete_node)
@store_option
@json_option
@debug_option
def command(run_id: str, node_id: str, store_path: str | None, as_json: bool) -> None:
    """Say why a node ran in a run, or why it did not.

    RUN is a run's id, the beginning of one, or 'latest'. A node that ran is compared with the time
    before: what changed in its code, its parameters and its inputs. Of one that was served from
    the cache it is told where the result comes from.
    """
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        executions = store.executions(run.run_id)
        execution = find_node(node_id, run.run_id, latest_by_node(executions))
        if is_of_another_tool(run):
            reason = reason_of_another_tool(execution, store)
        else:
            reason = reason_in_store(execution, store, writers_in(executions))
    if as_json:
        write_json(why_json(execution, reason))
    else:
        write(why_page(execution, reason))
    if execution.state is ExecutionState.RUNNING:
        tell_if_nobody_runs(run, store_path)
