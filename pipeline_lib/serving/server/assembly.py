"""The parts of a server, made by its options and put together."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_lib.serving.api.batching import BatchedCalls
from pipeline_lib.serving.api.batching_parameters import BatchingParameters
from pipeline_lib.serving.api.direct_calls import DirectCalls
from pipeline_lib.serving.api.inference import Inference
from pipeline_lib.serving.api.model_inference import ModelInference
from pipeline_lib.serving.monitoring import Metrics
from pipeline_lib.serving.rest_api.app import METRICS_PATH, RestApp
from pipeline_lib.serving.servables.manager import ServableManager
from pipeline_lib.serving.servables.model_config import TENSORFLOW
from pipeline_lib.serving.servables.saved_model import SavedModelLoader
from pipeline_lib.serving.servables.server_core import ServerCore
from pipeline_lib.serving.servables.source import FileSystemSource
from pipeline_lib.serving.server.config_files import (
    TlsKeys,
    read_batching_parameters,
    read_metrics_path,
    read_tls_keys,
)
from pipeline_lib.serving.server.cors import AnyOrigin
from pipeline_lib.serving.server.guarded import GuardingLoader
from pipeline_lib.serving.server.limits import LimitedInference, Limits
from pipeline_lib.serving.server.options import ServerOptions
from pipeline_lib.serving.server.tls import ssl_context
from pipeline_lib.serving.server.warm_up import warming_up


@dataclass(frozen=True)
class ServerParts:
    """What a server is made of, but for its ports."""

    core: ServerCore
    calls: DirectCalls | BatchedCalls
    inference: Inference
    metrics: Metrics
    rest_app: RestApp | AnyOrigin
    tls: TlsKeys | None


def assemble(options: ServerOptions) -> ServerParts:
    """Make the parts. Nothing is loaded yet.

    Raises:
        ServingError: a configuration file is missing or wrong, or its keys cannot be used.
    """
    tls = _tls_keys(options)
    metrics = Metrics()
    calls = _calls(options, metrics)
    core = _core(options, metrics)
    inference: Inference = ModelInference(
        core,
        calls,
        check_method_names=options.enable_signature_method_name_check,
        observe=metrics.runtime,
    )
    if options.max_in_flight or options.max_requests_per_second:
        limits = Limits(options.max_in_flight, options.max_requests_per_second)
        inference = LimitedInference(inference, limits)
    return ServerParts(core, calls, inference, metrics, _rest_app(options, inference, metrics), tls)


def _tls_keys(options: ServerOptions) -> TlsKeys | None:
    if not options.ssl_config_file:
        return None
    keys = read_tls_keys(options.ssl_config_file)
    ssl_context(keys)  # gRPC would log what is wrong with them, and say that it cannot listen
    return keys


def _core(options: ServerOptions, metrics: Metrics) -> ServerCore:
    threads = options.tensorflow_session_parallelism
    loader = SavedModelLoader(
        [tag for tag in options.saved_model_tags.split(",") if tag],
        intra_op_parallelism=options.tensorflow_intra_op_parallelism or threads,
        inter_op_parallelism=options.tensorflow_inter_op_parallelism or threads,
        warm_up=warming_up(metrics) if options.enable_model_warmup else None,
    )
    load_threads = {"load_threads": options.num_load_threads} if options.num_load_threads else {}
    manager = ServableManager(
        {TENSORFLOW: GuardingLoader(loader, metrics.load)},
        max_load_retries=options.max_num_load_retries,
        load_retry_interval_s=max(options.load_retry_interval_micros, 0) / 1e6,
        **load_threads,
    )
    return ServerCore(
        manager,
        FileSystemSource(manager, options.file_system_poll_wait_seconds),
        labels_for_unavailable_models=options.allow_version_labels_for_unavailable_models,
    )


def _calls(options: ServerOptions, metrics: Metrics) -> DirectCalls | BatchedCalls:
    if not options.enable_batching:
        return DirectCalls(options.grpc_max_threads or None)
    if options.batching_parameters_file:
        return BatchedCalls(read_batching_parameters(options.batching_parameters_file), metrics)
    # The name that TensorFlow Serving gives its threads where no file does; metrics show it.
    return BatchedCalls(BatchingParameters(thread_pool_name="model_server_batch_threads"), metrics)


def _rest_app(
    options: ServerOptions, inference: Inference, metrics: Metrics
) -> RestApp | AnyOrigin:
    path = None
    if options.monitoring_config_file:
        path = read_metrics_path(options.monitoring_config_file)
    app = RestApp(
        inference,
        observer=metrics,
        metrics_page=None if path is None else metrics.page,
        metrics_path=path or METRICS_PATH,
        max_body_bytes=options.max_request_bytes,
        timeout_s=options.rest_api_timeout_in_ms / 1000,
    )
    return AnyOrigin(app) if options.rest_api_enable_cors_support else app
