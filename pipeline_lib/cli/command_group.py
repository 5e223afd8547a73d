"""A group of commands that are imported when they are called.

`plib --help` and the completion of a command's name load none of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import click
from click.shell_completion import CompletionItem

from pipeline_lib.cli.exit_codes import errors_to_exit_codes
from pipeline_lib.errors import did_you_mean


@dataclass(frozen=True)
class LazyCommand:
    """A command's name, the module that has it as `attribute`, and one line of help.

    `section` is the heading under which the help lists it.
    """

    name: str
    module: str
    summary: str
    attribute: str = "command"
    section: str = "Commands"

    def load(self) -> click.Command:
        """Import the command."""
        command: click.Command = getattr(importlib.import_module(self.module), self.attribute)
        return command


class CommandGroup(click.Group):
    """A group of `LazyCommand`s, in the order given. Errors of the library end in exit codes."""

    def __init__(self, *args: Any, lazy_commands: Sequence[LazyCommand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = {command.name: command for command in lazy_commands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        lazy = self._lazy.get(cmd_name)
        return None if lazy is None else lazy.load()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name, and the arguments for it.

        Raises:
            click.UsageError: there is none of that name.
        """
        if args[0] not in self._lazy and not args[0].startswith("-"):
            ctx.fail(f"There is no command {args[0]!r}.{did_you_mean(args[0], self._lazy)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help, section by section."""
        width = max(map(len, self._lazy))
        for section, commands in groupby(self._lazy.values(), lambda one: one.section):
            with formatter.section(section):
                formatter.write_dl([(one.name.ljust(width), one.summary) for one in commands])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands and options that begin with `incomplete`."""
        names = [
            CompletionItem(one.name, help=one.summary)
            for one in self._lazy.values()
            if one.name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command that the arguments name."""
        with errors_to_exit_codes(ctx):
            return super().invoke(ctx)
