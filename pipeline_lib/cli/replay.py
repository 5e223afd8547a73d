"""`plib replay`."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from contextlib import closing
from pathlib import Path

import click

from pipeline_lib.cli.author_module import add_to_path
from pipeline_lib.cli.completing import complete_node, complete_run
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.run_id import find_run
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError, PipelineRunError
from pipeline_lib.metadata.store import ErrorRecord
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.request import Failure, Success
from pipeline_lib.runners.local.replay import Replay, prepare_replay
from pipeline_lib.tfx.as_tfx import serve_as_tfx


@click.command(
    "replay",
    epilog=examples(
        "plib replay latest Trainer",
        "plib replay latest Trainer --pdb  # the debugger stops where it fails",
        "plib replay latest Trainer --in-image  # in the image that the node names",
        "plib replay 20260131-2359 'train_all.Trainer#2' --output again",
    ),
)
@click.argument("run_id", metavar="RUN", shell_complete=complete_run)
@click.argument("instance", metavar="NODE", shell_complete=complete_node)
@click.option("--pdb", is_flag=True, help="Start the debugger where the node fails.")
@click.option(
    "--output",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Directory for what the node writes; must be empty. By default a new temporary one.",
)
@click.option(
    "--in-image",
    is_flag=False,
    flag_value="",
    metavar="[IMAGE]",
    help="Run it in a container: of the image that the node names, or of IMAGE.",
)
@click.option(
    "--as-tfx",
    is_flag=True,
    help="The code is written for TFX: its imports of 'tfx' get this library.",
)
@store_option
@debug_option
def command(
    run_id: str,
    instance: str,
    pdb: bool,
    directory: Path | None,
    in_image: str | None,
    as_tfx: bool,
    store_path: str | None,
) -> None:
    """Run one node of a past run again, with the same inputs and parameters.

    It runs in this process and with today's code, or with --in-image in a container; a container
    component runs in its image in any case. Nothing is recorded: what the node writes goes
    to a directory of its own, and is compared with what it wrote then. RUN is a run's id, the
    beginning of one, or 'latest'.

    Exit code: 0 done, 1 the node failed, 2 it cannot be replayed.
    """
    if pdb and in_image is not None:
        raise click.UsageError("--pdb debugs what runs in this process: leave out --in-image.")
    place = _empty_directory(directory)
    add_to_path(os.getcwd())
    if as_tfx:
        serve_as_tfx()
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        replay = prepare_replay(run, instance, store, str(place), in_image)
    click.echo(f"Replaying {instance} of run {run.run_id} into {place}", err=True)
    try:
        outcome = replay.execute(lambda part: click.echo(part, nl=False))
    except Exception as error:
        if replay.request.image is not None:
            raise  # what the node raised is in its outcome
        if pdb:
            _debug(error)
        raise _failed(instance, error_record(error)) from error
    if isinstance(outcome, Failure):
        raise _failed(instance, outcome.error)
    for line in _comparison(replay, outcome):
        click.echo(line)


def _failed(instance: str, error: ErrorRecord) -> PipelineRunError:
    location = f"\n  at {error.location}" if error.location else ""
    return PipelineRunError(f"Node {instance!r} failed: {error.type}: {error.message}{location}")


def _empty_directory(given: Path | None) -> Path:
    if given is None:
        return Path(tempfile.mkdtemp(prefix="plib-replay-"))
    if given.exists() and any(given.iterdir()):
        raise PipelineLibError(f"--output {str(given)!r} is not empty. Give another directory.")
    given.mkdir(parents=True, exist_ok=True)
    return given.resolve()


def _comparison(replay: Replay, outcome: Success) -> list[str]:
    """A line for each output: where it is, and whether it is what was written then."""
    lines = []
    for key, artifacts in outcome.outputs.items():
        before = [one.fingerprint for one in replay.original.outputs.get(key, ())]
        same = [one.fingerprint for one in artifacts] == before
        verdict = "the same as then" if same else "differs from then" if before else "new"
        lines += [f"{key}: {artifact.uri}  ({verdict})" for artifact in artifacts]
    return lines


def _debug(error: Exception) -> None:
    import pdb

    traceback.print_exception(error, file=sys.stderr)
    pdb.post_mortem(error.__traceback__)
