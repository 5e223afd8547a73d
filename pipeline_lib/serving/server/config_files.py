"""Reading TensorFlow Serving's configuration files: protobuf messages in text format.

The file of the models is read in `servables/config_file.py`, with the message that
tensorflow-serving-api brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from google.protobuf import text_format
from google.protobuf.message import Message

from pipeline_lib.serving.api.batching_parameters import BatchingParameters
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server import config_messages_pb2 as messages

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class TlsKeys:
    """What `--ssl_config_file` holds. All but the flag are texts in PEM format.

    Attributes:
        server_key: the server's private key.
        server_cert: its certificate, with those between it and the authority.
        custom_ca: authorities by which clients' certificates are checked; empty for the usual ones.
        client_verify: clients must have a certificate.
    """

    server_key: str
    server_cert: str
    custom_ca: str
    client_verify: bool


def read_batching_parameters(path: str) -> BatchingParameters:
    """Read `--batching_parameters_file`; what it does not name has its default.

    Raises:
        ServingError: INVALID_ARGUMENT or NOT_FOUND, the file is not right or not there.
    """
    message = _read(path, messages.BatchingParameters())
    named = {
        field.name: getattr(value, "value", value)  # most are wrapped: `{ value: 128 }`
        for field, value in message.ListFields()
    }
    sizes = tuple(named.pop("allowed_batch_sizes", ()))
    try:
        return BatchingParameters(**named, allowed_batch_sizes=sizes)
    except ServingError as error:
        raise ServingError(error.code, f"{path!r}: {error.message}") from None


def read_tls_keys(path: str) -> TlsKeys:
    """Read `--ssl_config_file`.

    Raises:
        ServingError: INVALID_ARGUMENT or NOT_FOUND, the file is not right or not there.
    """
    message = _read(path, messages.SSLConfig())
    for name in ("server_key", "server_cert"):
        if not getattr(message, name):
            raise ServingError(
                StatusCode.INVALID_ARGUMENT,
                f"{path!r}: {name} is missing; it is the text of a PEM file, "
                f'as in {name}: "-----BEGIN ...\\n...\\n-----END ...".',
            )
    return TlsKeys(
        message.server_key, message.server_cert, message.custom_ca, message.client_verify
    )


def read_metrics_path(path: str) -> str | None:
    """Read `--monitoring_config_file`.

    Returns:
        The path of the metrics' page, empty for TensorFlow Serving's; `None` if there is to be no
        page.

    Raises:
        ServingError: INVALID_ARGUMENT or NOT_FOUND, the file is not right or not there.
    """
    config = _read(path, messages.MonitoringConfig()).prometheus_config
    return config.path if config.enable else None


def _read(path: str, message: M) -> M:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ServingError(
            StatusCode.NOT_FOUND, f"{path!r} cannot be read: {error.strerror}."
        ) from error
    except UnicodeDecodeError as error:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT, f"Invalid protobuf file: {path!r}: it is no text."
        ) from error
    try:
        return text_format.Parse(text, message)
    except text_format.ParseError as error:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT, f"Invalid protobuf file: {path!r}: {error}"
        ) from error
