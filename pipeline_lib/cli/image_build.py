"""`plib image build`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.images.build import DEFAULT_BASE, ImageContent, build_image, image_content
from pipeline_lib.images.context import write_context
from pipeline_lib.images.dockerfile import dockerfile
from pipeline_lib.images.engine import PROGRAMS, find_engine
from pipeline_lib.report.wording import byte_count

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "build",
    epilog=examples(
        "plib image build",
        "plib image build --tag registry.example/penguin:3 --extra ml --package s3fs",
        "plib image build --requirements requirements.txt --include 'schema/*.pbtxt'",
        "plib image build --base localhost/python:3.11 --wheels wheels  # without a network",
        "plib image build --context build/image  # for an engine elsewhere",
    ),
)
@click.argument("project", type=_FOLDER, default=Path("."), metavar="[PROJECT]")
@click.option(
    "--tag", default="", metavar="NAME", help="The image's name; else one is made of its content."
)
@click.option(
    "--base", default=DEFAULT_BASE, show_default=True, metavar="IMAGE", help="Image to begin with."
)
@click.option(
    "--requirements",
    type=_FILE,
    metavar="FILE",
    help="Packages; else those that the modules import, in the versions installed here.",
)
@click.option(
    "--extra", "extras", multiple=True, metavar="NAME", help="Extra of pipeline_lib, such as ml."
)
@click.option(
    "--package", "packages", multiple=True, metavar="NAME", help="Further package, such as s3fs."
)
@click.option(
    "--include", multiple=True, metavar="PATTERN", help="Further files, such as 'schema/*.pbtxt'."
)
@click.option(
    "--wheels", type=_FOLDER, metavar="DIR", help="Packages come from wheels there, not an index."
)
@click.option("--engine", type=click.Choice(PROGRAMS), help="What builds; else the first there is.")
@click.option("--context", type=_FOLDER, metavar="DIR", help="Only write what would be built.")
@click.option("--print-dockerfile", is_flag=True, help="Only show the Dockerfile.")
@debug_option
def command(
    project: Path,
    tag: str,
    base: str,
    requirements: Path | None,
    extras: tuple[str, ...],
    packages: tuple[str, ...],
    include: tuple[str, ...],
    wheels: Path | None,
    engine: str | None,
    context: Path | None,
    print_dockerfile: bool,
) -> None:
    """Build an image that runs the nodes of the project in the folder PROJECT.

    In it are pipeline_lib, the packages that the project needs, pinned, and the project's modules:
    Python files, and all that lies in packages. Hidden files, virtual environments and data are not
    sent. Containers of it run as a user who is not root.

    The image's name is written to standard output, progress to standard error.
    """
    content = image_content(
        project,
        base=base,
        requirements=requirements,
        extras=extras,
        packages=packages,
        include=include,
        wheels=wheels,
    )
    if print_dockerfile:
        text = dockerfile(content.project, content.requirements, base, from_wheels=bool(wheels))
        click.echo(text, nl=False)
        return
    _tell_content(content)
    if context is not None:
        write_context(context, content.project, content.requirements, base, wheels)
        click.echo(str(context))
        return
    click.echo(build_image(content, find_engine(engine or ""), _tell, tag))


def _tell_content(content: ImageContent) -> None:
    project = content.project
    modules = ", ".join(sorted(project.modules()))
    _tell(f"{len(project.files)} files, {byte_count(project.size())}, with the modules {modules}")
    for note in content.requirements.notes:
        _tell(f"Note: {note}")


def _tell(line: str) -> None:
    click.echo(line, err=True)
