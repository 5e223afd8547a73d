"""`plib runs`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import refuse_unknown_pipeline
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.metadata.store import RunRecord
from pipeline_lib.report.as_json import run_summary_json
from pipeline_lib.report.run_table import run_table


@click.command(
    "runs",
    epilog=examples(
        "plib runs",
        "plib runs --pipeline penguin --limit 5",
        "plib runs --tag nightly",
        "plib runs --store runs.sqlite --json",
    ),
)
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option("--tag", metavar="WORD", help="Only runs that were given this tag.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most."
)
@store_option
@json_option
@debug_option
def command(
    pipeline: str | None, tag: str | None, limit: int, store_path: str | None, as_json: bool
) -> None:
    """List the runs that a store holds, newest first.

    A node is ok if it ran to its end or was served from the cache.
    """
    with closing(open_existing_store(store_path)) as store:
        runs = _of_pipeline(store.runs(), pipeline)
        chosen = [run for run in runs if tag is None or tag in run.tags]
        with_states = [(run, store.states(run.run_id)) for run in chosen[:limit]]
    if as_json:
        write_json([run_summary_json(one) for one in with_states])
    elif with_states:
        write(run_table(with_states))
    else:
        click.echo("The store holds no runs." if tag is None else f"No run has the tag {tag!r}.")


def _of_pipeline(runs: Sequence[RunRecord], name: str | None) -> Sequence[RunRecord]:
    if name is None:
        return runs
    refuse_unknown_pipeline(name, runs)
    return [run for run in runs if run.pipeline_name == name]
