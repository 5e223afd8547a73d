"""`--from`, `--to`, `--base-run`: which part of a pipeline is run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pipeline_lib.cli.completing import complete_run
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


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command; they arrive as one `part: RunOptions`."""

    def with_part(
        from_nodes: tuple[str, ...], to_nodes: tuple[str, ...], base_run: str | None, **rest: Any
    ) -> Any:
        if base_run and not (from_nodes or to_nodes):
            raise click.UsageError("--base-run goes with --from or --to.")
        return command(part=RunOptions(from_nodes, to_nodes, base_run), **rest)

    # click keeps the options of inner decorators on the function.
    with_part.__dict__.update(command.__dict__)
    with_part.__doc__ = command.__doc__
    for option in reversed(_OPTIONS):
        option(with_part)
    return with_part
