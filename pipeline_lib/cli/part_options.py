"""`--from`, `--to`, `--base-run`: which part of a pipeline is run."""

from __future__ import annotations

from dataclasses import replace

import click

from pipeline_lib.cli.completing import complete_run
from pipeline_lib.cli.gathered_options import Command, gathered
from pipeline_lib.cli.run_id import find_run
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.runners.local.run_options import RunOptions

_OPTIONS = (
    click.option(
        "--from",
        "from_nodes",
        multiple=True,
        metavar="NODE",
        help="Run only this node and those after it; repeat it for several. What they read of "
        "other nodes is taken over from an earlier run.",
    ),
    click.option(
        "--to",
        "to_nodes",
        multiple=True,
        metavar="NODE",
        help="Run only this node and those before it; repeat it for several.",
    ),
    click.option(
        "--base-run",
        metavar="RUN",
        shell_complete=complete_run,
        help="With --from or --to: the run to take results over from. By default the newest that "
        "has them all.",
    ),
)


def part_options(command: Command) -> Command:
    """Add the options to a command; they arrive as one `part: RunOptions`."""
    return gathered(command, _OPTIONS, "part", _part)


def with_base_run(part: RunOptions, store: MetadataStore) -> RunOptions:
    """The part, with the whole id of the run to take results over from."""
    if part.base_run is None:
        return part
    return replace(part, base_run=find_run(part.base_run, store.runs()).run_id)


def _part(
    from_nodes: tuple[str, ...], to_nodes: tuple[str, ...], base_run: str | None
) -> RunOptions:
    if base_run and not (from_nodes or to_nodes):
        raise click.UsageError("--base-run goes with --from or --to.")
    return RunOptions(from_nodes, to_nodes, base_run)
