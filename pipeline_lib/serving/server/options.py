"""Everything that a server can be told, checked.

Names and defaults are those of TensorFlow Serving's flags, so that a command line moves from one
to the other. What differs: the server listens on this machine only unless `host` says otherwise,
and REST has a port of its own from the start.

Source: tensorflow_serving/model_servers/main.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_lib.serving.errors import ServingError, StatusCode

LOOPBACK = "127.0.0.1"

ANY_PORT = -1
"""A port that the operating system chooses; `auto` on the command line."""


@dataclass(frozen=True)
class ServerOptions:
    """What is served, where, and within which limits.

    Attributes:
        model_name: name of the one model.
        model_base_path: directory whose subdirectories are the model's versions.
        model_config_file: `ModelServerConfig` in text format, in place of those two.
        model_config_file_poll_wait_seconds: how often that file is read again; 0: never.
        file_system_poll_wait_seconds: how often new versions are looked for; 0: never, negative:
            not even once.
        allow_version_labels_for_unavailable_models: a new label may name a version that is not
            available yet.
        max_num_load_retries: how often loading is tried again.
        load_retry_interval_micros: how long to wait before that.
        num_load_threads: versions that are loaded at a time; 0: as many as fit.
        saved_model_tags: tags of the graph in a SavedModel, separated by commas.
        enable_model_warmup: play a model's warm-up requests before it is available.
        enable_signature_method_name_check: classify and regress only by signatures that were
            exported for it.
        tensorflow_session_parallelism: threads of TensorFlow, for both of the next; 0: automatic.
        tensorflow_intra_op_parallelism: threads within an operation.
        tensorflow_inter_op_parallelism: operations at a time.
        enable_batching: call models for several requests at once.
        batching_parameters_file: `BatchingParameters` in text format.
        host: address to listen on; `0.0.0.0` for all of this machine.
        port: port of gRPC; 0: none, `ANY_PORT`: a free one.
        grpc_socket_path: path of a UNIX socket for gRPC.
        rest_api_port: port of REST; 0: none, `ANY_PORT`: a free one.
        rest_api_timeout_in_ms: how long a call by REST may take.
        rest_api_enable_cors_support: web pages of other origins may call.
        ssl_config_file: `SSLConfig` in text format; makes gRPC secure.
        rest_api_tls: make REST secure with the same keys; TensorFlow Serving cannot.
        monitoring_config_file: `MonitoringConfig` in text format; turns metrics on.
        grpc_channel_arguments: options of the gRPC library, as `name=value,name=value`.
        grpc_max_threads: slow calls of models at a time.
        workers: processes that share the ports.
        max_in_flight: requests at a time; 0: no limit.
        max_requests_per_second: 0: no limit.
        max_request_bytes: size of a request.
        drain_seconds: how long requests may take to finish when the server is told to end.
        ready_file: written when requests can come: where the server listens, as JSON.
    """

    model_name: str = "default"
    model_base_path: str = ""
    model_config_file: str = ""
    model_config_file_poll_wait_seconds: float = 0
    file_system_poll_wait_seconds: float = 1
    allow_version_labels_for_unavailable_models: bool = False
    max_num_load_retries: int = 5
    load_retry_interval_micros: int = 60_000_000
    num_load_threads: int = 0
    saved_model_tags: str = "serve"
    enable_model_warmup: bool = True
    enable_signature_method_name_check: bool = False
    tensorflow_session_parallelism: int = 0
    tensorflow_intra_op_parallelism: int = 0
    tensorflow_inter_op_parallelism: int = 0
    enable_batching: bool = False
    batching_parameters_file: str = ""
    host: str = LOOPBACK
    port: int = 8500
    grpc_socket_path: str = ""
    rest_api_port: int = 8501
    rest_api_timeout_in_ms: int = 30_000
    rest_api_enable_cors_support: bool = False
    ssl_config_file: str = ""
    rest_api_tls: bool = False
    monitoring_config_file: str = ""
    grpc_channel_arguments: str = ""
    grpc_max_threads: int = 0
    workers: int = 1
    max_in_flight: int = 0
    max_requests_per_second: float = 0
    max_request_bytes: int = 64 * 1024 * 1024
    drain_seconds: float = 30
    ready_file: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not go together.

        Raises:
            ServingError: INVALID_ARGUMENT.
        """
        if not self.model_base_path and not self.model_config_file:
            raise _invalid(
                "There is no model to serve: give --model_base_path=DIRECTORY, whose "
                "subdirectories 1, 2, ... are versions of the model, or --model_config_file=FILE."
            )
        if self.batching_parameters_file and not self.enable_batching:
            raise _invalid("--batching_parameters_file is given without --enable_batching.")
        if not self.port and not self.rest_api_port and not self.grpc_socket_path:
            raise _invalid(
                "The server would listen nowhere: --port and --rest_api_port are 0, which turns "
                "them off, and there is no --grpc_socket_path."
            )
        if self.port > 0 and self.port == self.rest_api_port:
            raise _invalid(
                f"--port and --rest_api_port are both {self.port}; "
                "gRPC and REST each need a port of their own."
            )
        if self.rest_api_tls and not self.ssl_config_file:
            raise _invalid("--rest_api_tls needs keys: give --ssl_config_file=FILE.")
        if self.grpc_socket_path and self.workers > 1:
            raise _invalid(
                "--grpc_socket_path needs --workers=1: processes can share a port, but not a path."
            )
        _channel_arguments(self.grpc_channel_arguments)

    @property
    def channel_arguments(self) -> tuple[tuple[str, int | str], ...]:
        """`grpc_channel_arguments`, taken apart; whole numbers are numbers."""
        return _channel_arguments(self.grpc_channel_arguments)


def _channel_arguments(text: str) -> tuple[tuple[str, int | str], ...]:
    arguments: list[tuple[str, int | str]] = []
    for part in filter(None, text.split(",")):
        name, separator, value = part.partition("=")
        if not separator or not name:
            raise _invalid(
                f"--grpc_channel_arguments is {text!r}, of which {part!r} is not of the form "
                "name=value, as in grpc.max_connection_age_ms=2000."
            )
        arguments.append((name, int(value) if value.lstrip("-").isdecimal() else value))
    return tuple(arguments)


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
