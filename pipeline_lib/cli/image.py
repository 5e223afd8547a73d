"""`plib image`: container images of a project."""

from __future__ import annotations

import click

from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples

_COMMANDS = (LazyCommand("build", "pipeline_lib.cli.image_build", "Build the image of a project."),)


@click.group(
    "image",
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    epilog=examples(
        "plib image build",
        "plib image build --tag registry.example/penguin:3 --extra ml",
        "plib image build --print-dockerfile",
    ),
)
def command() -> None:
    """Make container images that run the nodes of a project."""
