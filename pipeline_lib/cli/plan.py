"""`plib plan`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory

import click

from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.part_options import part_options, with_base_run
from pipeline_lib.cli.pipeline_argument import pipeline_argument
from pipeline_lib.cli.runtime_parameters import param_option, typed_parameters
from pipeline_lib.cli.store_option import store_of_run, store_option
from pipeline_lib.cli.tfx_program import as_tfx_option, pipeline_at, program_arguments_argument
from pipeline_lib.metadata.connection import MetadataConnectionConfig, SqliteConnection
from pipeline_lib.metadata.store import MetadataStore, open_store
from pipeline_lib.report.plan_page import plan_json, plan_page
from pipeline_lib.runners.local.intended_run import intended_local_run
from pipeline_lib.runners.local.plan import plan_run
from pipeline_lib.runners.local.run_options import RunOptions


@click.command(
    "plan",
    epilog=examples(
        "plib plan pipeline.py",
        "plib plan pipeline.py --param epochs=3",
        "plib plan pipeline.py --from Trainer --to Evaluator",
        "plib plan pipeline.py --json",
    ),
)
@pipeline_argument
@program_arguments_argument
@as_tfx_option
@param_option
@part_options
@click.option("--no-cache", is_flag=True, help="Plan a run that uses no earlier results.")
@store_option
@json_option
@debug_option
def command(
    target: str,
    program_arguments: tuple[str, ...],
    as_tfx: bool,
    given: tuple[tuple[str, str], ...],
    part: RunOptions,
    no_cache: bool,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Say what a run of a pipeline would do, and why. Nothing is run or recorded.

    For each node: whether it would run, and what changed since the last time; or from which run
    its result would be taken; or that this depends on nodes before it. And how long it took when
    it was executed last.

    PIPELINE is what 'plib run' takes.
    """
    loaded = pipeline_at(target, as_tfx, program_arguments)
    parameters = typed_parameters(given, loaded.ir)
    run = intended_local_run(loaded.ir, parameters, use_cache=not no_cache)
    with _store_to_read(store_of_run(store_path, loaded.store)) as store:
        planned = plan_run(run, store, with_base_run(part, store))
    name = loaded.ir.name
    write_json(plan_json(name, planned)) if as_json else write(plan_page(name, planned))


@contextmanager
def _store_to_read(config: MetadataConnectionConfig) -> Iterator[MetadataStore]:
    """The store; an empty one in another place if it does not exist yet."""
    if not isinstance(config, SqliteConnection) or os.path.exists(config.path):
        with closing(open_store(config)) as store:
            yield store
        return
    with (
        TemporaryDirectory() as folder,
        closing(open_store(SqliteConnection(os.path.join(folder, "empty.sqlite")))) as empty,
    ):
        yield empty
