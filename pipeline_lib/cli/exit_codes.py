"""What `plib` ends with: 0 done, 1 the run failed, 2 not possible as asked, 130 interrupted."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipeline_lib.errors import PipelineLibError, PipelineRunError

RUN_FAILED = 1

INTERRUPTED = 130
"""128 + SIGINT, as shells have it."""

_DEBUG = "pipeline_lib.cli.debug"

debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    callback=lambda ctx, _, value: ctx.meta.update({_DEBUG: value}),
    help="Show the whole Python traceback of an error.",
)


class _RunFailed(click.ClickException):
    exit_code = RUN_FAILED


class _NotPossible(click.ClickException):
    exit_code = 2


@contextmanager
def errors_to_exit_codes(ctx: click.Context) -> Iterator[None]:
    """Let the library's errors, and Ctrl-C, end the command with one message and an exit code."""
    try:
        yield
    except PipelineLibError as error:
        if ctx.meta.get(_DEBUG):
            click.echo("".join(traceback.format_exception(error)), err=True)
        failure = _RunFailed if isinstance(error, PipelineRunError) else _NotPossible
        raise failure(str(error)) from error
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        ctx.exit(INTERRUPTED)
