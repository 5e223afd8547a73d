"""`plib runs`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.run_id import latest_by_node, refuse_unknown_pipeline
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.metadata.store import MetadataStore, RunRecord
from pipeline_lib.report.as_json import run_summary_json
from pipeline_lib.report.other_tools import with_state_of_nodes
from pipeline_lib.report.run_metrics import Told, metrics
from pipeline_lib.report.run_table import RunStates, run_table
from pipeline_lib.report.run_tracking import search_text


@click.command(
    "runs",
    epilog=examples(
        "plib runs",
        "plib runs --pipeline penguin --limit 5",
        "plib runs --tag nightly --search 'too high'",
        "plib runs --pipeline penguin --metrics",
        "plib runs --store runs.sqlite --json",
    ),
)
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline.")
@click.option(
    "--tag",
    "tags",
    metavar="WORD",
    multiple=True,
    help="Only runs that have this tag; repeat it for several.",
)
@click.option(
    "--search",
    metavar="WORDS",
    default="",
    help="Only runs with all these words in id, pipeline, state, tags, notes, parameters, code.",
)
@click.option("--metrics", "with_metrics", is_flag=True, help="Show the metrics of each run.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many at most."
)
@store_option
@json_option
@debug_option
def command(
    pipeline: str | None,
    tags: tuple[str, ...],
    search: str,
    with_metrics: bool,
    limit: int,
    store_path: str | None,
    as_json: bool,
) -> None:
    """List the runs that a store holds, newest first.

    A node is ok if it ran to its end or was served from the cache.
    """
    with closing(open_existing_store(store_path)) as store:
        runs = _of_pipeline(store.runs(), pipeline)
        chosen = [run for run in runs if set(tags) <= set(run.tags) and _has(run, search)][:limit]
        with_states = [_with_states(run, store) for run in chosen]
        measured = _metrics(chosen, store) if with_metrics else {}
    if as_json:
        write_json([run_summary_json(one, measured.get(one[0].run_id)) for one in with_states])
    elif with_states:
        write(run_table(with_states, measured))
    else:
        click.echo(_none(tags, search))


def _with_states(run: RunRecord, store: MetadataStore) -> RunStates:
    states = store.states(run.run_id)
    return with_state_of_nodes(run, states.values()), states


def _has(run: RunRecord, search: str) -> bool:
    text = search_text(run)
    return all(word in text for word in search.lower().split())


def _metrics(runs: Sequence[RunRecord], store: MetadataStore) -> dict[str, list[Told]]:
    return {run.run_id: metrics(latest_by_node(store.executions(run.run_id))) for run in runs}


def _none(tags: Sequence[str], search: str) -> str:
    having = [f"the tag {tag!r}" for tag in tags] + [f"{search!r}"] * bool(search)
    return f"No run has {' and '.join(having)}." if having else "The store holds no runs."


def _of_pipeline(runs: Sequence[RunRecord], name: str | None) -> Sequence[RunRecord]:
    if name is None:
        return runs
    refuse_unknown_pipeline(name, runs)
    return [run for run in runs if run.pipeline_name == name]
