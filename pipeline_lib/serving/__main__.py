"""`python -m pipeline_lib.serving`: a model server with TensorFlow Serving's command line.

python -m pipeline_lib.serving --model_name=penguin --model_base_path=/models/penguin --port=8500
"""

from __future__ import annotations

from typing import Any

import click

import pipeline_lib
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.serving.server.command import serve
from pipeline_lib.serving.server.flags import ServerCommand, normalized, server_flags
from pipeline_lib.serving.server.options import ServerOptions


class _CannotServe(click.ClickException):
    exit_code = 2


@click.command(
    cls=ServerCommand,
    context_settings={"help_option_names": ["-h", "--help"], "token_normalize_func": normalized},
)
@click.version_option(pipeline_lib.__version__, prog_name="pipeline_lib.serving")
@server_flags
def main(**flags: Any) -> None:
    """Serve models over gRPC and REST, as TensorFlow Serving does."""
    try:
        serve(ServerOptions(**flags))
    except PipelineLibError as error:
        raise _CannotServe(str(error)) from error


if __name__ == "__main__":
    main(prog_name="python -m pipeline_lib.serving")
