"""`plib compare`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.cli.completing import complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.report.compare_page import compare_json, compare_page
from pipeline_lib.report.comparison import compare


@click.command(
    "compare",
    epilog=examples(
        "plib compare latest~1 latest",
        "plib compare 20260130-1200 20260131-2359  # the beginning of an id is enough",
        "plib compare 20260130 latest --json",
    ),
)
@click.argument("before", metavar="BEFORE", shell_complete=complete_run)
@click.argument("after", metavar="AFTER", shell_complete=complete_run)
@store_option
@json_option
@debug_option
def command(before: str, after: str, store_path: str | None, as_json: bool) -> None:
    """Say how two runs differ.

    BEFORE and AFTER are ids of runs, the beginnings of ids, 'latest', or 'latest~1' for the run
    before it. Compared are parameters,
    metrics, the content of what nodes wrote, and code; for each node it is told what its result
    depends on that is different.
    """
    with closing(open_existing_store(store_path)) as store:
        runs = store.runs()
        sides = [find_run(typed, runs) for typed in (before, after)]
        executions = [latest_by_node(store.executions(run.run_id)) for run in sides]
    compared = compare(sides[0], executions[0], sides[1], executions[1])
    if as_json:
        write_json(compare_json(compared))
    else:
        write(compare_page(compared))
