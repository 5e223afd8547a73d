"""How TFX says that a node is run, and how we do."""

from __future__ import annotations

from typing import TypeAlias

from tfx.proto.orchestration import pipeline_pb2

from pipeline_lib import ir
from pipeline_lib.tfx_bridge.unsupported import not_in_ours, not_in_tfx

Message: TypeAlias = pipeline_pb2.NodeExecutionOptions
_USUAL = (Message.TRIGGER_STRATEGY_UNSPECIFIED, Message.ALL_UPSTREAM_NODES_SUCCEEDED)
_RETRY_DELAY = 1.0
"""Seconds before the first retry, where nobody says how many; TFX's format cannot."""


def write_options(
    message: Message, options: ir.NodeOptions, where: str, *, enable_cache: bool
) -> None:
    """Fill `message` with the options of a node.

    Args:
        message: TFX's.
        options: ours.
        where: whose they are, for a message.
        enable_cache: what the pipeline says, for nodes that do not.

    Raises:
        UnsupportedError: TFX has no such option; the message begins with `where`.
    """
    lacking = {
        "has a priority": options.priority != 0,
        "says how many cores it occupies": options.cpus != 0,
        "says how much memory it occupies": options.memory != 0,
        "asks for accelerators": options.accelerators is not None,
        "runs in an image of its own": bool(options.image),
        "sets environment variables": bool(options.environment or options.secrets),
        "says whom it runs as": bool(options.user),
        "says what its Pod has on a cluster": options.kubernetes is not None,
        "says how long to wait before a retry": options.retry_delay not in (0.0, _RETRY_DELAY),
        "has a timeout with a part of a second": options.timeout != int(options.timeout),
    }
    for feature, used in lacking.items():
        if used:
            raise not_in_tfx(where, feature)
    own = options.enable_cache
    message.caching_options.enable_cache = enable_cache if own is None else own
    if options.max_retries:
        message.max_execution_retries = options.max_retries
    message.execution_timeout_sec = int(options.timeout)
    message.node_success_optional = options.optional
    if options.ignore_upstream_failure:
        message.strategy = Message.ALL_UPSTREAM_NODES_COMPLETED


def our_options(message: Message, where: str, *, enable_cache: bool | None) -> ir.NodeOptions:
    """Our options of TFX's.

    Raises:
        UnsupportedError: we have no such option; the message begins with `where`.
    """
    strategy = Message.TriggerStrategy.Name(message.strategy)
    lacking = {
        "is part of a partial run": message.WhichOneof("partial_run_option") is not None,
        "is only launched": message.run_mode != Message.DEFAULT,
        "lives as long as other nodes need it": message.HasField("resource_lifetime"),
        "starts with an empty working directory": message.reset_stateful_working_dir,
        f"is run when {strategy}": (
            message.strategy not in (*_USUAL, Message.ALL_UPSTREAM_NODES_COMPLETED)
        ),
    }
    for feature, used in lacking.items():
        if used:
            raise not_in_ours(where, feature)
    retries = message.max_execution_retries
    return ir.NodeOptions(
        enable_cache=enable_cache,
        max_retries=retries,
        retry_delay=_RETRY_DELAY if retries else 0.0,
        timeout=float(message.execution_timeout_sec),
        optional=message.node_success_optional,
        ignore_upstream_failure=message.strategy == Message.ALL_UPSTREAM_NODES_COMPLETED,
    )
