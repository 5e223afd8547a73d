"""`plib gc`."""

from __future__ import annotations

from contextlib import closing

import click

from pipeline_lib.artifacts import files
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import write
from pipeline_lib.cli.run_id import refuse_unknown_pipeline
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.garbage import Garbage, find_garbage, remove_artifacts
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.node.places import leftovers
from pipeline_lib.report.garbage_table import garbage_table
from pipeline_lib.report.wording import byte_count


@click.command(
    "gc",
    epilog=examples(
        "plib gc --keep-last 5 --dry-run",
        "plib gc --keep-last 5",
        "plib gc --keep-last 1 --pipeline penguin --yes",
    ),
)
@click.option(
    "--keep-last",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="Keep what the last N runs of each pipeline need.",
)
@click.option("--pipeline", metavar="NAME", help="Only runs of this pipeline are old.")
@click.option("--dry-run", is_flag=True, help="Delete nothing, only list it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@debug_option
def command(
    keep_last: int, pipeline: str | None, dry_run: bool, yes: bool, store_path: str | None
) -> None:
    """Delete the files of old runs that nobody needs any more.

    What a kept run has read or written stays, also if it came from the cache, and all that a model
    was made of which was pushed last to its destination, or blessed last. Files outside the
    pipeline root are never touched. The records stay: 'plib show' and 'plib lineage' tell of
    deleted artifacts as before.
    """
    with closing(open_existing_store(store_path)) as store:
        if pipeline is not None:
            refuse_unknown_pipeline(pipeline, store.runs())
        garbage = find_garbage(store, keep_last, pipeline or "")
        left = _leftovers(garbage)
        if not garbage.artifacts and not left:
            click.echo(f"Nothing to delete in {_count(len(garbage.runs), 'old run')}.")
            return
        total = _show(garbage, left)
        what = _what(len(garbage.artifacts), len(left))
        if dry_run:
            click.echo(f"Would delete {what}, {byte_count(total)}.")
            return
        if not yes and not click.confirm(f"Delete {what}, {byte_count(total)}?"):
            click.echo("Nothing is deleted.")
            return
        _delete(store, garbage, left)
        click.echo(f"Deleted {what}, {byte_count(total)}.")


def _leftovers(garbage: Garbage) -> list[str]:
    return [
        place
        for run, execution in garbage.unpublished
        if run.pipeline_root
        for place in leftovers(execution, run.pipeline_root)
    ]


def _show(garbage: Garbage, left: list[str]) -> int:
    """List it; the bytes of all."""
    artifacts = [(one, files.size(one.record.uri)) for one in garbage.artifacts]
    places = [(place, files.size(place)) for place in left]
    write(garbage_table(artifacts, places))
    return sum(count for _, count in artifacts) + sum(count for _, count in places)


def _delete(store: MetadataStore, garbage: Garbage, left: list[str]) -> None:
    try:
        spared = remove_artifacts(store, garbage)
        for place in left:
            files.remove(place)
    except OSError as error:
        raise PipelineLibError(
            f"{error.filename!r} cannot be deleted: {error.strerror}. "
            "What was to be deleted is marked so; the same command goes on where this one ended."
        ) from error
    for one in spared:
        click.echo(f"Spared {one.record.uri!r}: a run that began meanwhile uses it.", err=True)


def _what(artifacts: int, left: int) -> str:
    counts = {"artifact": artifacts, "leftover": left}
    return " and ".join(_count(count, name) for name, count in counts.items() if count)


def _count(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
