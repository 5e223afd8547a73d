"""`plib serve`."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import click

import pipeline_lib
from pipeline_lib.cli.example_request import example_request
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.serving.server.addresses import Addresses
from pipeline_lib.serving.server.command import serve
from pipeline_lib.serving.server.flags import ServerCommand, normalized, server_flags
from pipeline_lib.serving.server.options import ServerOptions


@click.command(
    "serve",
    cls=ServerCommand,
    context_settings={"token_normalize_func": normalized},
    epilog=examples(
        "plib serve serving_model/penguin",
        "plib serve serving_model/penguin --name birds --rest_api_port=9000",
        "plib serve serving_model/penguin --workers=2 --host=0.0.0.0",
        "plib serve --model_config_file=models.config --enable_batching",
    ),
)
@click.argument("directory", required=False)
@server_flags
@click.version_option(pipeline_lib.__version__, prog_name="plib serve")
@debug_option
def command(directory: str | None, **flags: Any) -> None:
    """Serve models over gRPC and REST, as TensorFlow Serving does.

    DIRECTORY is where a Pusher pushes to: its subdirectories, whose names are numbers, are versions
    of one model. The one with the highest number is served, and a new one as soon as it is pushed;
    no request is lost meanwhile. The model is called as the directory, or by --name.

    The flags are those of TensorFlow Serving's tensorflow_model_server, and a few more. Ctrl-C, or
    SIGTERM, ends the server when the requests that are there are answered.
    """
    if directory is not None:
        flags = _with_directory(directory, flags)
    options = ServerOptions(**flags)

    def show_example(addresses: Addresses) -> None:
        # In a thread, because the server that it asks runs in this one.
        if addresses.rest_url is not None and not options.model_config_file:
            arguments = (addresses.rest_url, options.model_name)
            threading.Thread(target=_show_example, args=arguments, daemon=True).start()

    serve(options, show_example)


def _with_directory(directory: str, flags: dict[str, Any]) -> dict[str, Any]:
    for flag in ("model_base_path", "model_config_file"):
        if flags[flag]:
            raise click.UsageError(f"Give either DIRECTORY or --{flag}, not both.")
    path = Path(directory).absolute()
    if not path.is_dir():
        raise click.UsageError(f"There is no directory {directory!r}.")
    if (path / "saved_model.pb").exists():
        raise click.UsageError(
            f"{directory!r} is a version of a model. Give the directory that holds the versions: "
            f"{str(path.parent)!r}."
        )
    name = flags["model_name"]
    if click.get_current_context().get_parameter_source("model_name") is _DEFAULT:
        name = path.name
    return {**flags, "model_base_path": str(path), "model_name": name}


_DEFAULT = click.core.ParameterSource.DEFAULT


def _show_example(rest_url: str, model_name: str) -> None:
    request = example_request(rest_url, model_name)
    if request is not None:
        click.echo(f"Try it: {request}")
