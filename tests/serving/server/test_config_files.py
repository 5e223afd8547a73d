from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib.serving.api.batching_parameters import BatchingParameters
from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.server.config_files import (
    TlsKeys,
    read_batching_parameters,
    read_metrics_path,
    read_tls_keys,
)
from tests.whole_message import raises

# As in TensorFlow Serving's batching guide.
BATCHING = """
max_batch_size { value: 128 }
batch_timeout_micros { value: 0 }
max_enqueued_batches { value: 1000000 }
num_batch_threads { value: 8 }
allowed_batch_sizes: 32
allowed_batch_sizes: 128
pad_variable_length_inputs: true
thread_pool_name { value: "batches" }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_batching_parameters(path: Path) -> None:
    path.write_text(BATCHING)
    assert read_batching_parameters(str(path)) == BatchingParameters(
        max_batch_size=128,
        batch_timeout_micros=0,
        max_enqueued_batches=1_000_000,
        num_batch_threads=8,
        allowed_batch_sizes=(32, 128),
        pad_variable_length_inputs=True,
        thread_pool_name="batches",
    )


def test_batching_parameters_that_are_not_named_have_their_defaults(path: Path) -> None:
    path.write_text("")
    assert read_batching_parameters(str(path)) == BatchingParameters()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "max_batch_size: 3",
            "Invalid protobuf file: {path!r}: 1:17 : "
            'Message type "google.protobuf.Int64Value" has no field named "3".',
        ),
        (
            "max_batch_sise { value: 3 }",
            "Invalid protobuf file: {path!r}: 1:1 : Message type "
            '"pipeline_lib.serving.BatchingParameters" has no field named "max_batch_sise".',
        ),
        ("max_batch_size { value: 0 }", "{path!r}: max_batch_size must be positive; was 0"),
        (
            "batch_timeout_micros { value: -1 }",
            "{path!r}: batch_timeout_micros must be non-negative; was -1",
        ),
        (
            "allowed_batch_sizes: 8 allowed_batch_sizes: 4 max_batch_size { value: 4 }",
            "{path!r}: allowed_batch_sizes entries must be monotonically increasing",
        ),
        (
            "allowed_batch_sizes: 8 max_batch_size { value: 16 }",
            "{path!r}: Last entry in allowed_batch_sizes must match max_batch_size; "
            "last entry was 8; expected 16",
        ),
        (
            "max_execution_batch_size { value: 2000 }",
            "{path!r}: max_execution_batch_size must be at most max_batch_size 1000; was 2000",
        ),
    ],
)
def test_batching_parameters_that_cannot_be(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(ServingError) as caught:
        read_batching_parameters(str(path))
    expected = message.format(path=str(path))
    if "1:17" in message:  # where a message is expected, versions of protobuf word it differently
        assert str(caught.value).startswith(f"Invalid protobuf file: {str(path)!r}: 1:")
    else:
        assert str(caught.value) == expected


def test_tls_keys(path: Path) -> None:
    path.write_text('server_key: "k\\n" server_cert: "c" custom_ca: "a" client_verify: true')
    assert read_tls_keys(str(path)) == TlsKeys("k\n", "c", "a", True)


def test_tls_keys_without_a_certificate(path: Path) -> None:
    path.write_text('server_key: "k"')
    with raises(
        ServingError,
        f"{str(path)!r}: server_cert is missing; it is the text of a PEM file, "
        'as in server_cert: "-----BEGIN ...\\n...\\n-----END ...".',
    ):
        read_tls_keys(str(path))


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("prometheus_config { enable: true }", ""),
        ('prometheus_config { enable: true path: "/metrics" }', "/metrics"),
        ('prometheus_config { path: "/metrics" }', None),
        ("", None),
    ],
)
def test_the_page_of_the_metrics(path: Path, text: str, page: str | None) -> None:
    path.write_text(text)
    assert read_metrics_path(str(path)) == page


def test_a_file_that_is_not_there() -> None:
    with raises(ServingError, "'/no/file' cannot be read: No such file or directory."):
        read_tls_keys("/no/file")


def test_a_file_that_is_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe")
    with raises(ServingError, f"Invalid protobuf file: {str(path)!r}: it is no text."):
        read_tls_keys(str(path))
