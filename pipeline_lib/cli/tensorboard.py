"""`plib tensorboard`."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing

import click

from pipeline_lib.artifacts import files
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.run_id import find_node, find_run, latest_by_node
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import PipelineLibError, RunNotFoundError
from pipeline_lib.report.training_logs import as_logdir_spec, training_logs
from pipeline_lib.runners.local.termination import ended_in_order

_THIS_MACHINE = "127.0.0.1"
_SECONDS_TO_END = 5.0


@click.command(
    "tensorboard",
    epilog=examples(
        "plib tensorboard latest",
        "plib tensorboard 20260131-2359 Trainer --port 7007",
        "plib tensorboard latest --print-logdir  # for: tensorboard --logdir_spec ...",
    ),
)
@click.argument("run_id", metavar="RUN")
@click.argument("nodes", metavar="[NODE]...", nargs=-1)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=6006,
    show_default=True,
    help="Where TensorBoard listens; 0 takes a free port.",
)
@click.option(
    "--host",
    default=_THIS_MACHINE,
    show_default=True,
    metavar="ADDRESS",
    help="TensorBoard asks for no password: with another address, others can look as well.",
)
@click.option(
    "--print-logdir",
    "print_only",
    is_flag=True,
    help="Start nothing; write what TensorBoard's option --logdir_spec takes.",
)
@store_option
@debug_option
def command(
    run_id: str,
    nodes: tuple[str, ...],
    port: int,
    host: str,
    print_only: bool,
    store_path: str | None,
) -> None:
    """Look at a run's training in TensorBoard. Ctrl-C ends it.

    RUN is a run's id, the beginning of one, 'latest' or 'latest~1'. Shown is what the nodes have
    logged with tf.summary, or Keras' TensorBoard callback, into their ModelRun (the Trainer's
    output 'model_run'), each under the node's name; also of nodes that are running. With NODE,
    that of these nodes only.
    """
    with closing(open_existing_store(store_path)) as store:
        run = find_run(run_id, store.runs())
        executions = latest_by_node(store.executions(run.run_id))
    if nodes:
        executions = {name: find_node(name, run.run_id, executions) for name in nodes}
    logs = training_logs(executions, run.pipeline_root)
    if not logs:
        raise RunNotFoundError(_without_logs(run.run_id, nodes))
    if print_only:
        click.echo(as_logdir_spec(logs))
        return
    program = _program()
    _refuse_taken(host, port)
    click.echo(f"Training of {', '.join(logs)} in run {run.run_id}", err=True)
    with ended_in_order(), tempfile.TemporaryDirectory(prefix="plib-tensorboard-") as folder:
        options = [*_logdir(logs, folder), f"--host={host}", f"--port={port}"]
        _run([*program, *options])


def _without_logs(run_id: str, nodes: Sequence[str]) -> str:
    asked = f" of {', '.join(map(repr, nodes))}" if nodes else ""
    return (
        f"Run {run_id!r} has no training logs{asked}: no output of type ModelRun holds an event "
        "file. In run_fn, log to fn_args.model_run_dir with tf.summary, or with Keras' callback "
        "TensorBoard(log_dir=fn_args.model_run_dir)."
    )


def _program() -> list[str]:
    """The command of TensorBoard: of this Python, else of another.

    Raises:
        PipelineLibError: it is not installed.
    """
    if importlib.util.find_spec("tensorboard") is not None:
        return [sys.executable, "-m", "tensorboard.main"]
    found = shutil.which("tensorboard")
    if found is None:
        raise PipelineLibError(
            "TensorBoard is not installed. Install it with 'pip install tensorboard', or start it "
            "elsewhere on what 'plib tensorboard RUN --print-logdir' writes."
        )
    return [found]


def _refuse_taken(host: str, port: int) -> None:
    """Refuse a port that cannot be listened on before TensorBoard takes its time to start.

    Raises:
        PipelineLibError: it cannot.
    """
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise PipelineLibError(
            f"TensorBoard cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}. "
            "Name another port with --port; 0 takes a free one."
        ) from error


def _logdir(logs: Mapping[str, str], folder: str) -> list[str]:
    """Options for logs in several places: links, which TensorBoard reads faster than a list."""
    if not all(map(files.is_local, logs.values())):
        return [f"--logdir_spec={as_logdir_spec(logs)}"]
    for name, uri in logs.items():
        os.symlink(os.path.abspath(uri), os.path.join(folder, name))
    return [f"--logdir={folder}"]


def _run(command_line: Sequence[str]) -> None:
    """Run TensorBoard to its end, or end it.

    Raises:
        PipelineLibError: it has failed.
    """
    # TensorFlow, where it is installed, tells about this machine's processor otherwise.
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
    process = subprocess.Popen(command_line, env=quiet)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    if code:
        raise PipelineLibError(f"TensorBoard has ended with code {code}; see what it said above.")
