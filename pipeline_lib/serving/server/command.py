"""What the commands that start a server have in common: the check for its packages, and its log."""

from __future__ import annotations

import importlib.util
import logging
import os
import warnings
from collections.abc import Callable

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.addresses import Addresses
from pipeline_lib.serving.server.options import ServerOptions

Announce = Callable[[Addresses], None]
"""Tells where the server listens, once it does."""

_PACKAGES = (
    "grpc",
    "grpc_health",
    "httptools",
    "orjson",
    "prometheus_client",
    "tensorflow",
    "tensorflow_serving",
    "uvicorn",
    "uvloop",
)


def serve(options: ServerOptions, when_ready: Announce | None = None) -> None:
    """Serve until SIGTERM or SIGINT, and say on standard output where.

    Args:
        options: what to serve, where and how.
        when_ready: called after that line; must be quick.

    Raises:
        ServingError: it cannot be served; why.
    """
    refuse_missing_packages()
    log_to_stderr()
    from pipeline_lib.serving.server.run import run

    def announce(addresses: Addresses) -> None:
        print(addresses.sentence(), flush=True)  # noqa: T201 - it is what the command is to write
        if when_ready is not None:
            when_ready(addresses)

    run(options, announce)


def refuse_missing_packages() -> None:
    """Check that what the server needs is installed, without importing it.

    Raises:
        ServingError: FAILED_PRECONDITION, something is missing.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ServingError(
            StatusCode.FAILED_PRECONDITION,
            f"The model server needs packages that are not installed: {', '.join(missing)}. "
            "Install them: pip install 'pipeline-lib[serving]'",
        )


def log_to_stderr() -> None:
    """Write what the server logs to standard error, and keep TensorFlow's start-up talk off it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # deprecations, for its developers
    warnings.filterwarnings("ignore", category=FutureWarning, module="google")
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("pipeline_lib.serving")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
