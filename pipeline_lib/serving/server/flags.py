"""The command line of a server: TensorFlow Serving's flags, and a few of our own.

Flags may be written as TensorFlow Serving has it, `--port=8500` and `--enable_batching`, and with
dashes and spaces. A flag of TensorFlow Serving that cannot be honoured is refused with the reason,
or warned of where the server does as well without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import click

from pipeline_lib.serving.server.options import ANY_PORT, ServerOptions

_DEFAULTS = {field.name: field.default for field in fields(ServerOptions)}

_WITHOUT_EFFECT = {
    "enable_grpc_healthcheck_service": "health checking by gRPC is always there",
    "enable_profiler": "the profiler's service is not served",
    "enable_serialization_as_tensor_content": "the form of an answer follows from its type",
    "flush_filesystem_caches": "the operating system looks after its caches",
    "mixed_precision": "a model is served in the precision that it was saved with",
    "num_request_iterations_for_warmup": "each warm-up request is played once",
    "num_tflite_interpreters_per_pool": "TensorFlow Lite is not served",
    "num_tflite_pools": "TensorFlow Lite is not served",
    "num_unload_threads": "unloading never holds up requests",
    "per_process_gpu_memory_fraction": "models are served on the CPU",
    "remove_unused_fields_from_bundle_metagraph": "they are not kept",
    "rest_api_num_threads": "REST and gRPC share one event loop; --workers=N uses more processors",
    "skip_initialize_tpu": "models are served on the CPU",
    "xla_cpu_compilation_enabled": "TensorFlow compiles what a model asks for",
    "xla_gpu_compilation_enabled": "models are served on the CPU",
}

_REFUSED = {
    "enable_per_model_batching_parameters": "all models share --batching_parameters_file",
    "platform_config_file": "use --enable_batching, --saved_model_tags and "
    "--tensorflow_session_parallelism in its place",
    "prefer_tflite_model": "TensorFlow Lite is not served; serve the SavedModel",
    "tensorflow_session_config_file": "use --tensorflow_intra_op_parallelism and "
    "--tensorflow_inter_op_parallelism in its place",
    "thread_pool_factory_config_file": "use --grpc_max_threads in its place",
    "use_alts_credentials": "use --ssl_config_file in its place",
}


class _Port(click.ParamType):  # type: ignore[type-arg] # generic in newer versions only
    name = "port"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """A number, or `auto`."""
        if value == "auto":
            return ANY_PORT
        try:
            number = int(value)
        except ValueError:
            number = ANY_PORT - 1
        if not ANY_PORT <= number < 65536:
            self.fail(f"{value!r} is neither a port, 0 for none, nor 'auto'.", param, ctx)
        return number


@dataclass(frozen=True)
class _Flag:
    name: str
    type: Any
    help: str


_SECTIONS = {
    "Models": (
        _Flag("model_name", str, "Name of the model."),
        _Flag("model_base_path", str, "Directory with the versions 1, 2, ... of the model."),
        _Flag(
            "model_config_file", str, "ModelServerConfig as text: many models, labels, policies."
        ),
        _Flag(
            "model_config_file_poll_wait_seconds",
            click.FloatRange(min=0),
            "Read that file again so often; 0: never.",
        ),
        _Flag("file_system_poll_wait_seconds", float, "Look for new versions so often; 0: once."),
        _Flag(
            "allow_version_labels_for_unavailable_models",
            bool,
            "A new label may name a version that is not available yet.",
        ),
        _Flag("max_num_load_retries", int, "Try again so often to load a version."),
        _Flag("load_retry_interval_micros", int, "Wait so long before trying again."),
        _Flag("num_load_threads", click.IntRange(min=0), "Load so many versions at a time."),
        _Flag("saved_model_tags", str, "Tags of the graph to serve, separated by commas."),
        _Flag("enable_model_warmup", bool, "Play a model's warm-up requests before it serves."),
        _Flag(
            "enable_signature_method_name_check",
            bool,
            "Classify and regress only by signatures that were exported for it.",
        ),
    ),
    "Addresses": (
        _Flag("host", str, "Address to listen on; 0.0.0.0: all of this machine."),
        _Flag("port", _Port(), "Port of gRPC; 0: none, auto: a free one."),
        _Flag("grpc_socket_path", str, "Path of a UNIX socket for gRPC."),
        _Flag("rest_api_port", _Port(), "Port of REST; 0: none, auto: a free one."),
        _Flag("rest_api_timeout_in_ms", click.IntRange(min=1), "Longest time of a REST call."),
        _Flag("rest_api_enable_cors_support", bool, "Web pages of other origins may call REST."),
        _Flag("ssl_config_file", str, "SSLConfig as text: keys and certificates for gRPC."),
        _Flag("rest_api_tls", bool, "Use those keys for REST too."),
        _Flag("grpc_channel_arguments", str, "Options of the gRPC library, name=value,..."),
        _Flag("monitoring_config_file", str, "MonitoringConfig as text: turns on metrics."),
        _Flag("ready_file", str, "Write where the server listens here, as JSON, once it does."),
    ),
    "Speed and limits": (
        _Flag("workers", click.IntRange(min=1), "Processes that share the ports."),
        _Flag("enable_batching", bool, "Call models for several requests at once."),
        _Flag("batching_parameters_file", str, "BatchingParameters as text."),
        _Flag(
            "grpc_max_threads",
            click.IntRange(min=0),
            "Slow calls of models at a time; 0: four for each processor.",
        ),
        _Flag("tensorflow_session_parallelism", int, "Threads of TensorFlow; 0: automatic."),
        _Flag("tensorflow_intra_op_parallelism", int, "Threads within an operation."),
        _Flag("tensorflow_inter_op_parallelism", int, "Operations at a time."),
        _Flag("max_in_flight", click.IntRange(min=0), "Requests at a time; 0: no limit."),
        _Flag("max_requests_per_second", click.FloatRange(min=0), "0: no limit."),
        _Flag("max_request_bytes", click.IntRange(min=1), "Largest request."),
        _Flag("drain_seconds", click.FloatRange(min=0), "Time for requests to end at SIGTERM."),
    ),
}

_NAMES = {"model_name": ("--model_name", "--name", "model_name")}

_SWITCHES = frozenset(
    [flag.name for flags in _SECTIONS.values() for flag in flags if flag.type is bool]
    + [*_WITHOUT_EFFECT, *_REFUSED]
)


class ServerCommand(click.Command):
    """A command that takes the flags of a server, and shows them by section."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a switch that stands alone the value that it means, as TensorFlow Serving does."""
        return super().parse_args(ctx, [_with_value(arg) for arg in args])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the flags into the help, section by section."""
        params = {param.name: param for param in self.get_params(ctx)}
        listed = {name: [flag.name for flag in flags] for name, flags in _SECTIONS.items()}
        sectioned = {name for names in listed.values() for name in names}
        listed["Other"] = [str(name) for name in params if name not in sectioned]
        for section, names in listed.items():
            records = [params[name].get_help_record(ctx) for name in names if name in params]
            if shown := [record for record in records if record is not None]:
                with formatter.section(section):
                    formatter.write_dl(shown)


def server_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command's function, which takes all fields of `ServerOptions` by name."""
    options = [_option(flag) for flags in _SECTIONS.values() for flag in flags]
    foreign = [_foreign_option(name) for name in (*_WITHOUT_EFFECT, *_REFUSED)]
    for option in reversed(options + foreign):
        command = option(command)
    return command


def normalized(name: str) -> str:
    """The name of a flag, written with underscores or with dashes."""
    return name.replace("-", "_")


def _option(flag: _Flag) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    default = _DEFAULTS[flag.name]
    return click.option(
        *_NAMES.get(flag.name, (f"--{flag.name}",)),
        type=flag.type,
        default=default,
        show_default=default not in ("", 0),
        help=flag.help,
    )


def _foreign_option(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(f"--{name}", hidden=True, expose_value=False, callback=_foreign)


def _foreign(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Warn of a flag, or refuse it; one that asks for nothing is as good as none."""
    name = str(param.name)
    if value is None or value.lower() in ("", "0", "false"):
        return
    if name in _REFUSED:
        raise click.UsageError(
            f"--{name} is a flag of TensorFlow Serving that this server does not have: "
            f"{_REFUSED[name]}.",
            ctx,
        )
    click.echo(f"Warning: --{name} has no effect here: {_WITHOUT_EFFECT[name]}.", err=True)


def _with_value(arg: str) -> str:
    if arg.startswith("--") and normalized(arg[2:]) in _SWITCHES:
        return f"{arg}=true"
    return arg
