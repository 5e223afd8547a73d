"""`plib run`."""

from __future__ import annotations

import sys
from contextlib import closing, redirect_stdout

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.pipeline_argument import load_pipeline, pipeline_argument
from pipeline_lib.cli.run_id import latest_by_node
from pipeline_lib.cli.runtime_parameters import param_option, typed_parameters
from pipeline_lib.cli.store_option import show_command, store_of_run, store_option
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import open_store
from pipeline_lib.report.as_json import run_page_json
from pipeline_lib.runners.local.runner import LocalRunner, new_run_id


@click.command(
    "run",
    epilog=examples(
        "plib run pipeline.py",
        "plib run pipelines.penguin.pipeline:create_pipeline",
        "plib run pipeline.py:small_pipeline --param epochs=3 --param 'layers=[8, 8]'",
        "plib run pipeline.pb --no-cache --store runs.sqlite",
        "plib run pipeline.py --inline  # in this process: a debugger stops in the nodes",
    ),
)
@pipeline_argument
@param_option
@click.option(
    "--parallelism",
    type=click.IntRange(min=1),
    help="How many nodes may run at once. By default as many as there are cores.",
)
@click.option("--inline", is_flag=True, help="Run the nodes one by one in this process.")
@click.option("--no-cache", is_flag=True, help="Run every node, whatever the pipeline says.")
@store_option
@json_option
@debug_option
def command(
    target: str,
    given: tuple[tuple[str, str], ...],
    parallelism: int | None,
    inline: bool,
    no_cache: bool,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Run a pipeline on this machine.

    PIPELINE is a Python file (pipeline.py), a function in one (pipeline.py:create_pipeline) or in
    a module (package.module:create_pipeline), or a compiled pipeline (.pb, .pbtxt, .json). In a
    file without a function, 'create_pipeline' is taken, else its one Pipeline object, else its
    one function annotated '-> Pipeline'.

    Exit code: 0 done, 1 a node failed, 2 the pipeline cannot run as asked, 130 interrupted.
    """
    if inline and parallelism:
        raise click.UsageError("--inline runs one node at a time: leave out --parallelism.")
    loaded = load_pipeline(target)
    store = store_of_run(store_path, loaded.store)
    run_id = new_run_id()
    try:
        # What inline nodes print must not get into the JSON.
        with redirect_stdout(sys.stderr):
            LocalRunner(parallelism, inline=inline).run(
                loaded.ir,
                typed_parameters(given, loaded.ir),
                run_id=run_id,
                use_cache=not no_cache,
                metadata_connection_config=store,
            )
    except PipelineRunError as error:
        _write_run(run_id, store, as_json)
        raise PipelineRunError(f"{error}\n{_look_further(run_id, store)}".rstrip()) from error
    _write_run(run_id, store, as_json)
    click.echo(_look_further(run_id, store), err=True)


def _write_run(run_id: str, config: MetadataConnectionConfig, as_json: bool) -> None:
    if as_json:
        with closing(open_store(config)) as store:
            write_json(run_page_json(store.run(run_id), latest_by_node(store.executions(run_id))))


def _look_further(run_id: str, store: MetadataConnectionConfig) -> str:
    shown_by = show_command(run_id, store)
    return f"Look further: {shown_by}" if shown_by else ""
