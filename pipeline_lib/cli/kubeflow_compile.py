"""`plib kubeflow compile`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.kubeflow_options import (
    Compiling,
    compiling_options,
    runner_for,
    store_option,
)
from pipeline_lib.cli.part_options import part_options
from pipeline_lib.cli.pipeline_argument import load_pipeline, pipeline_argument
from pipeline_lib.runners.local.run_options import RunOptions


@click.command(
    "compile",
    epilog=examples(
        "plib kubeflow compile pipeline.py --image registry/penguin:1 -o pipeline.yaml",
        "plib kubeflow compile pipeline.py --image registry/penguin:1 --store grpc://mlmd:8080",
        "plib kubeflow compile pipeline.pb --image registry/penguin:1 --store-secret plib/url",
    ),
)
@pipeline_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file; by default, to standard output.",
)
@compiling_options
@part_options
@store_option
@debug_option
def command(
    target: str,
    output: Path | None,
    compiling: Compiling,
    part: RunOptions,
    store_path: str | None,
) -> None:
    """Compile a pipeline to what Kubeflow Pipelines take: a PipelineSpec, as YAML.

    PIPELINE is given as for 'plib run'. No cluster is asked, and equal pipelines give equal text.
    """
    loaded = load_pipeline(target)
    runner = runner_for(loaded, compiling, store_path)
    document = runner.compile(loaded.ir, output, use_cache=not compiling.no_cache, options=part)
    if output is None:
        click.echo(document.to_yaml(), nl=False)
    else:
        click.echo(f"Wrote pipeline {loaded.ir.name!r} to {str(output)!r}.", err=True)
