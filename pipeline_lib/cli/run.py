"""`plib run`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout

import click

from pipeline_lib.cli.author_module import add_to_path
from pipeline_lib.cli.completing import complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write_json
from pipeline_lib.cli.part_options import part_options, with_base_run
from pipeline_lib.cli.pipeline_argument import (
    LoadedPipeline,
    load_pipeline,
    optional_pipeline_argument,
)
from pipeline_lib.cli.run_id import find_run, latest_by_node
from pipeline_lib.cli.runtime_parameters import param_option, typed_parameters
from pipeline_lib.cli.store_option import open_existing, show_command, store_of_run, store_option
from pipeline_lib.cli.tfx_program import (
    as_tfx_option,
    for_each_pipeline,
    program_arguments_argument,
)
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import open_store
from pipeline_lib.report.as_json import run_page_json
from pipeline_lib.runners.local.intended_run import new_run_id
from pipeline_lib.runners.local.result import RunResult
from pipeline_lib.runners.local.run_options import RunOptions
from pipeline_lib.runners.local.runner import LocalRunner
from pipeline_lib.tfx.as_tfx import serve_as_tfx


@click.command(
    "run",
    epilog=examples(
        "plib run pipeline.py",
        "plib run pipelines.penguin.pipeline:create_pipeline",
        "plib run pipeline.py:small_pipeline --param epochs=3 --param 'layers=[8, 8]'",
        "plib run pipeline.pb --no-cache --store runs.sqlite",
        "plib run pipeline.py --tag nightly --parallelism 2",
        "plib run pipeline.py --from Trainer --to Evaluator  # the rest from an earlier run",
        "plib run --resume 20260131-2359  # go on after a crash or a failure",
        "plib run pipeline.py --inline  # in this process: a debugger stops in the nodes",
        "plib run --as-tfx penguin_pipeline_local.py  # a program written for TFX",
    ),
)
@optional_pipeline_argument
@program_arguments_argument
@as_tfx_option
@param_option
@click.option(
    "--parallelism",
    type=click.IntRange(min=1),
    help="How many nodes may run at once. By default as many as there are cores.",
)
@part_options
@click.option(
    "--tag",
    "tags",
    multiple=True,
    help="A word by which to find the run again; repeat it for several.",
)
@click.option(
    "--resume",
    "resumed",
    metavar="RUN",
    shell_complete=complete_run,
    help="Go on with a run that was interrupted or has failed: what is complete is not run again. "
    "Without PIPELINE, with the pipeline as it was compiled then.",
)
@click.option("--inline", is_flag=True, help="Run the nodes one by one in this process.")
@click.option("--no-cache", is_flag=True, help="Run every node, whatever the pipeline says.")
@store_option
@json_option
@debug_option
def command(
    target: str | None,
    program_arguments: tuple[str, ...],
    as_tfx: bool,
    given: tuple[tuple[str, str], ...],
    parallelism: int | None,
    part: RunOptions,
    tags: tuple[str, ...],
    resumed: str | None,
    inline: bool,
    no_cache: bool,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Run a pipeline on this machine.

    PIPELINE is a Python file (pipeline.py), a function in one (pipeline.py:create_pipeline) or in
    a module (package.module:create_pipeline), or a compiled pipeline (.pb, .pbtxt, .json). In a
    file without a function, 'create_pipeline' is taken, else its one Pipeline object, else its
    one function annotated '-> Pipeline'. With --as-tfx it may also be a program that gives its
    pipeline to a LocalDagRunner.

    Exit code: 0 done, 1 a node failed, 2 the pipeline cannot run as asked, 130 interrupted.
    """
    if inline and parallelism:
        raise click.UsageError("--inline runs one node at a time: leave out --parallelism.")

    runner = LocalRunner(parallelism, inline=inline)
    if resumed is not None:
        if as_tfx:
            serve_as_tfx()
        _refuse_with_resume(given=given, part=part.is_partial, tags=tags, no_cache=no_cache)
        _resume(runner, resumed, target, store_path, as_json)
        return
    if target is None:
        raise click.UsageError("Missing argument 'PIPELINE'.")

    def run(loaded: LoadedPipeline, options: RunOptions) -> RunResult:
        store = store_of_run(store_path, loaded.store)
        run_id = new_run_id()
        chosen = _of_existing_run(part, store) if part.is_partial else options
        return _shown(
            lambda: runner.run(
                loaded.ir,
                typed_parameters(given, loaded.ir),
                run_id=run_id,
                use_cache=not no_cache,
                options=chosen,
                tags=tags,
                source_folder=loaded.folder,
                metadata_connection_config=store,
            ),
            run_id,
            store,
            as_json,
        )

    for_each_pipeline(target, as_tfx, program_arguments, run)


def _of_existing_run(part: RunOptions, config: MetadataConnectionConfig) -> RunOptions:
    if part.base_run is None:
        return part
    with closing(open_existing(config)) as store:
        return with_base_run(part, store)


def _refuse_with_resume(**given: object) -> None:
    options = {"given": "--param", "part": "--from and --to", "tags": "--tag"}
    for name, value in given.items():
        if value:
            option = options.get(name, f"--{name.replace('_', '-')}")
            raise click.UsageError(f"--resume goes on with a run as it was begun: no {option}.")


def _resume(
    runner: LocalRunner, typed: str, target: str | None, store_path: str | None, as_json: bool
) -> None:
    loaded = None if target is None else load_pipeline(target)
    if target is None:
        add_to_path(os.getcwd())
    store = store_of_run(store_path, None if loaded is None else loaded.store)
    with closing(open_existing(store)) as opened:
        run_id = find_run(typed, opened.runs()).run_id
    pipeline, folder = (None, None) if loaded is None else (loaded.ir, loaded.folder)
    _shown(
        lambda: runner.resume(
            run_id, pipeline, source_folder=folder, metadata_connection_config=store
        ),
        run_id,
        store,
        as_json,
    )


def _shown(
    start: Callable[[], RunResult], run_id: str, store: MetadataConnectionConfig, as_json: bool
) -> RunResult:
    """Run, and show how it ended."""
    try:
        # What inline nodes print must not get into the JSON.
        with redirect_stdout(sys.stderr):
            result = start()
    except PipelineRunError as error:
        _write_run(run_id, store, as_json)
        raise PipelineRunError(f"{error}\n{_look_further(run_id, store)}".rstrip()) from error
    _write_run(run_id, store, as_json)
    click.echo(_look_further(run_id, store), err=True)
    return result


def _write_run(run_id: str, config: MetadataConnectionConfig, as_json: bool) -> None:
    if as_json:
        with closing(open_store(config)) as store:
            write_json(run_page_json(store.run(run_id), latest_by_node(store.executions(run_id))))


def _look_further(run_id: str, store: MetadataConnectionConfig) -> str:
    shown_by = show_command(run_id, store)
    return f"Look further: {shown_by}" if shown_by else ""
