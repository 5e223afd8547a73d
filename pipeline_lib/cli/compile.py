"""`plib compile`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.pipeline_argument import pipeline_argument
from pipeline_lib.cli.tfx_program import as_tfx_option, pipeline_at, program_arguments_argument
from pipeline_lib.ir import serde
from pipeline_lib.ir.pipeline import Pipeline
from pipeline_lib.runners.asked_file import writing_to

_WRITERS: Mapping[str, Callable[[Pipeline], bytes]] = {
    "text": lambda pipeline: serde.to_text(pipeline).encode(),
    "json": lambda pipeline: serde.to_json(pipeline).encode() + b"\n",
    "binary": serde.dumps,
}
_FORMAT_OF_SUFFIX = {".pb": "binary", ".json": "json"}


@click.command(
    "compile",
    epilog=examples(
        "plib compile pipeline.py",
        "plib compile pipeline.py -o pipeline.pb",
        "plib compile pipelines.penguin.pipeline:create_pipeline --format json",
        "plib compile pipeline.pb  # a compiled pipeline as text",
    ),
)
@pipeline_argument
@program_arguments_argument
@as_tfx_option
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; .pb, .pbtxt and .json are what 'plib run' reads.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_WRITERS)),
    help="By default what the file's suffix says, else text.",
)
@debug_option
def command(
    target: str,
    program_arguments: tuple[str, ...],
    as_tfx: bool,
    output: Path | None,
    form: str | None,
) -> None:
    """Compile a pipeline to its intermediate representation.

    PIPELINE is given as for 'plib run'. Nothing is run, and equal pipelines give equal bytes.
    """
    form = form or _FORMAT_OF_SUFFIX.get(output.suffix if output else "", "text")
    if form == "binary" and output is None and sys.stdout.isatty():
        raise click.UsageError("A terminal cannot show the binary form: give a file, -o FILE.")
    pipeline = pipeline_at(target, as_tfx, program_arguments).ir
    payload = _WRITERS[form](pipeline)
    if output is None:
        click.echo(payload, nl=False)
    else:
        with writing_to(output):
            output.write_bytes(payload)
        click.echo(f"Wrote pipeline {pipeline.name!r} to {str(output)!r}.", err=True)
