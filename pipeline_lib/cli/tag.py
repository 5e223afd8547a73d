"""`plib tag`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.run_id import find_run
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.metadata.tracking import refuse_bad_tags

_ACTIONS = ("add", "remove")


@click.command(
    "tag",
    epilog=examples(
        "plib tag latest",
        "plib tag latest add nightly 'good on Dream'",
        "plib tag 20260131-2359 remove nightly",
        "plib tag latest --json",
    ),
)
@click.argument("run_id", metavar="RUN")
@click.argument("action", metavar="[add|remove]", required=False)
@click.argument("words", metavar="[WORD]...", nargs=-1)
@store_option
@json_option
@debug_option
def command(
    run_id: str,
    action: str | None,
    words: tuple[str, ...],
    store_path: str | None,
    as_json: bool,
) -> None:
    """List the tags of a run, add some, or remove some.

    RUN is a run's id, the beginning of one, 'latest' or 'latest~1'. Tags that are added are as good
    as those of 'plib run --tag': 'plib runs --tag' finds the run by them, and a Channel its
    artifacts. Afterwards the run's tags are listed, one a line.
    """
    _check(run_id, action, words)
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        if action == "add":
            run = store.change_tags(run.run_id, add=words)
        elif action == "remove":
            run = store.change_tags(run.run_id, remove=words)
    if as_json:
        write_json(list(run.tags))
    else:
        click.echo("".join(f"{tag}\n" for tag in run.tags), nl=False)


def _check(run_id: str, action: str | None, words: tuple[str, ...]) -> None:
    if action is not None and action not in _ACTIONS:
        raise click.UsageError(
            f"{action!r} is neither 'add' nor 'remove'. To tag the run: "
            f"plib tag {run_id} add {' '.join((action, *words))}"
        )
    if action is not None and not words:
        raise click.UsageError(f"Say which words to {action}: plib tag {run_id} {action} WORD...")
    if action == "add":
        refuse_bad_tags(words)
