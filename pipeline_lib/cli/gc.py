"""`plib gc`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import click

from pipeline_lib.artifacts import files
from pipeline_lib.cli.completing import complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import write
from pipeline_lib.cli.run_id import find_run, refuse_unknown_pipeline
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.garbage import (
    Garbage,
    find_garbage,
    is_recorded_as_ended,
    remove_artifacts,
)
from pipeline_lib.metadata.store import MetadataStore, RunRecord
from pipeline_lib.node.places import leftovers
from pipeline_lib.report.garbage_table import garbage_table
from pipeline_lib.report.wording import byte_count
from pipeline_lib.runners.local.run_lock import has_died_here, is_running_here


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
@click.option(
    "--killed",
    metavar="RUN",
    multiple=True,
    shell_complete=complete_run,
    help="This run is recorded as running and was killed; repeat it for several. What was killed "
    "on this machine is known without.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@debug_option
def command(
    keep_last: int,
    pipeline: str | None,
    dry_run: bool,
    killed: tuple[str, ...],
    yes: bool,
    store_path: str | None,
) -> None:
    """Delete the files of old runs that nobody needs any more.

    What a kept run has read or written stays, also if it came from the cache, and all that a model
    was made of which was pushed last to its destination, or blessed last. Files outside the
    pipeline root are never touched. The records stay: 'plib show' and 'plib lineage' tell of
    deleted artifacts as before. A run that was killed counts as old when others came after it; it
    can be resumed all the same, and makes again what is gone.
    """
    with closing(open_existing_store(store_path)) as store:
        runs = store.runs()
        if pipeline is not None:
            refuse_unknown_pipeline(pipeline, runs)
        has_ended = _HasEnded(frozenset(find_run(one, runs).run_id for one in killed))
        garbage = find_garbage(store, keep_last, pipeline or "", has_ended)
        _tell_of_running(garbage.running)
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
        _delete(store, garbage, left, has_ended)
        click.echo(f"Deleted {what}, {byte_count(total)}.")


@dataclass(frozen=True)
class _HasEnded:
    """Whether nobody runs a run any more, as far as can be known.

    Attributes:
        killed: ids of runs of which the user says so.
    """

    killed: frozenset[str]

    def __call__(self, run: RunRecord) -> bool:
        """Whether it has ended; one that another machine may run has not."""
        if is_recorded_as_ended(run):
            return True
        if is_running_here(run.run_id, run.pipeline_root):
            return False
        return run.run_id in self.killed or has_died_here(run.run_id, run.pipeline_root)


def _tell_of_running(runs: Iterable[RunRecord]) -> None:
    for run in runs:
        told = "it is still running."
        if not is_running_here(run.run_id, run.pipeline_root):
            told = (
                "it is recorded as running, and not on this machine. "
                f"If it was killed, say so: --killed {run.run_id}"
            )
        click.echo(f"Kept is what run {run.run_id} uses: {told}", err=True)


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


def _delete(store: MetadataStore, garbage: Garbage, left: list[str], has_ended: _HasEnded) -> None:
    try:
        spared = remove_artifacts(store, garbage, has_ended)
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
