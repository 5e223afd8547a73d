"""`plib template`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pipeline_lib.cli.command_group import CommandGroup, LazyCommand
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.project_templates import TEMPLATES, copy_template

_HERE = "pipeline_lib.cli.template"
_COMMANDS = (
    LazyCommand("list", _HERE, "List the templates.", "list_command"),
    LazyCommand(
        "copy", _HERE, "Copy a template into a folder that is new or empty.", "copy_command"
    ),
)


@click.group(
    "template",
    cls=CommandGroup,
    lazy_commands=_COMMANDS,
    epilog=examples(
        "plib template list",
        "plib template copy functions my_project",
        "plib template copy penguin my_project --pipeline-name my-pipeline",
    ),
)
def command() -> None:
    """Begin a project with a pipeline that runs."""


@click.command("list", epilog=examples("plib template list", "plib template list --json"))
@json_option
@debug_option
def list_command(as_json: bool) -> None:
    """List the templates."""
    if as_json:
        write_json([{"name": name, "summary": said} for name, said in TEMPLATES.items()])
        return
    width = max(map(len, TEMPLATES))
    for name, said in TEMPLATES.items():
        click.echo(f"{name:<{width}}  {said}")


@click.command(
    "copy",
    epilog=examples(
        "plib template copy functions my_project",
        "plib template copy penguin my_project --pipeline-name my-pipeline",
    ),
)
@click.argument(
    "name",
    metavar="TEMPLATE",
    shell_complete=lambda _ctx, _parameter, incomplete: [
        name for name in TEMPLATES if name.startswith(incomplete)
    ],
)
@click.argument("destination", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--pipeline-name", metavar="NAME", help="Name of the pipeline. By default the folder's."
)
@debug_option
def copy_command(name: str, destination: Path, pipeline_name: str | None) -> None:
    """Copy a template into a folder that is new or empty.

    What is copied is the project: a pipeline, the code that it runs, tests, and a README that
    tells what is where.
    """
    for file in copy_template(name, destination, pipeline_name):
        click.echo(f"Written: {file}")
    click.echo(f"Begin with: cd {shlex.quote(str(destination))} && plib run pipeline.py", err=True)
