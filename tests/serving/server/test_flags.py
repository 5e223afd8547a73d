from __future__ import annotations

from typing import Any

import click
import pytest
from click.testing import CliRunner

from pipeline_lib.serving.__main__ import main
from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions
from tests.whole_message import raises

MODEL = "--model_base_path=/models/m"


def options(*arguments: str) -> ServerOptions:
    context = main.make_context("serve", list(arguments))
    return ServerOptions(**context.params)


def usage_error(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    return result.stderr.rpartition("Error: ")[2]


def test_without_flags_the_defaults_of_the_options_hold() -> None:
    assert options(MODEL) == ServerOptions(model_base_path="/models/m")


@pytest.mark.parametrize(
    "written", ["--enable_batching", "--enable-batching", "--enable_batching=true"]
)
def test_a_switch_may_stand_alone(written: str) -> None:
    assert options(MODEL, written).enable_batching is True


def test_a_switch_may_be_turned_off() -> None:
    assert options(MODEL, "--enable_model_warmup=false").enable_model_warmup is False


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        (["--port=9"], "port", 9),
        (["--port", "9"], "port", 9),
        (["--port=auto"], "port", ANY_PORT),
        (["--rest-api-port=0"], "rest_api_port", 0),
        (["--name=m"], "model_name", "m"),
        (["--file_system_poll_wait_seconds=0.5"], "file_system_poll_wait_seconds", 0.5),
    ],
)
def test_values(written: list[str], name: str, value: Any) -> None:
    assert getattr(options(MODEL, *written), name) == value


def test_a_flag_that_this_server_does_not_have_is_refused_with_what_to_do() -> None:
    assert usage_error(MODEL, "--platform_config_file=platforms.config") == (
        "--platform_config_file is a flag of TensorFlow Serving that this server does not have: "
        "use --enable_batching, --saved_model_tags and --tensorflow_session_parallelism in its "
        "place.\n"
    )
    assert usage_error(MODEL, "--use_alts_credentials") == (
        "--use_alts_credentials is a flag of TensorFlow Serving that this server does not have: "
        "use --ssl_config_file in its place.\n"
    )


def test_a_flag_that_is_not_needed_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    options(MODEL, "--rest_api_num_threads=8", "--flush_filesystem_caches=false")
    assert capsys.readouterr().err == (
        "Warning: --rest_api_num_threads has no effect here: REST and gRPC share one event loop; "
        "--workers=N uses more processors.\n"
    )


def test_a_flag_that_asks_for_nothing_is_taken() -> None:
    options(MODEL, "--use_alts_credentials=false", "--platform_config_file=")


def test_a_flag_that_nobody_has() -> None:
    assert "No such option" in usage_error(MODEL, "--modle_name=m")


@pytest.mark.parametrize("port", ["x", "-2", "65536"])
def test_what_is_no_port(port: str) -> None:
    assert usage_error(MODEL, f"--port={port}") == (
        f"Invalid value for '--port': '{port}' is neither a port, 0 for none, nor 'auto'.\n"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {},
            "There is no model to serve: give --model_base_path=DIRECTORY, whose subdirectories "
            "1, 2, ... are versions of the model, or --model_config_file=FILE.",
        ),
        (
            {"model_base_path": "/m", "batching_parameters_file": "b"},
            "--batching_parameters_file is given without --enable_batching.",
        ),
        (
            {"model_base_path": "/m", "port": 0, "rest_api_port": 0},
            "The server would listen nowhere: --port and --rest_api_port are 0, which turns them "
            "off, and there is no --grpc_socket_path.",
        ),
        (
            {"model_base_path": "/m", "port": 7, "rest_api_port": 7},
            "--port and --rest_api_port are both 7; gRPC and REST each need a port of their own.",
        ),
        (
            {"model_base_path": "/m", "rest_api_tls": True},
            "--rest_api_tls needs keys: give --ssl_config_file=FILE.",
        ),
        (
            {"model_base_path": "/m", "grpc_socket_path": "/s", "workers": 2},
            "--grpc_socket_path needs --workers=1: processes can share a port, but not a path.",
        ),
        (
            {"model_base_path": "/m", "grpc_channel_arguments": "grpc.a=1,b"},
            "--grpc_channel_arguments is 'grpc.a=1,b', of which 'b' is not of the form name=value, "
            "as in grpc.max_connection_age_ms=2000.",
        ),
    ],
)
def test_what_does_not_go_together(given: dict[str, Any], message: str) -> None:
    with raises(ServingError, message):
        ServerOptions(**given)


def test_channel_arguments_are_numbers_or_texts() -> None:
    given = ServerOptions(model_base_path="/m", grpc_channel_arguments="grpc.a=1,grpc.b=x")
    assert given.channel_arguments == (("grpc.a", 1), ("grpc.b", "x"))


def test_the_help_shows_every_flag_that_has_an_effect() -> None:
    text = CliRunner().invoke(main, ["--help"]).stdout
    hidden = {p.name for p in main.params if isinstance(p, click.Option) and p.hidden}
    for parameter in main.params:
        assert (f"--{parameter.name}" in text) is (parameter.name not in hidden)
