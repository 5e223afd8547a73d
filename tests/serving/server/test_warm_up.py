"""Requests that are played while a version is loaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.saved_model import SavedModelLoader
from pipeline_lib.serving.server.warm_up import warming_up

MODEL = 'name: "half_plus_two" version { value: 7 } '
INPUT = 'inputs { key: "x" value { dtype: DT_FLOAT tensor_shape { dim { size: 1 } } } }'
EXAMPLE = """input { example_list { examples { features { feature {
    key: "x" value { float_list { value: 1 } } } } } } }"""
CLASSIFY = 'model_spec { signature_name: "classify_x_to_y" }'
REGRESS = 'model_spec { signature_name: "regress_x_to_y" }'
TASK = f'{MODEL} signature_name: "regress_x_to_y" }} method_name: "tensorflow/serving/regress"'


class Observer:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.statuses: list[StatusCode] = []

    def warmup(self, model_path: str, status: StatusCode, seconds: float) -> None:
        assert seconds > 0
        self.statuses.append(status)


@pytest.fixture
def version(half_plus_two: Path, tmp_path: Path) -> Path:
    """A version of half plus two that is this test's own."""
    return Path(shutil.copytree(half_plus_two / "1", tmp_path / "7"))


def warm_up(version: Path, records: Iterable[str]) -> list[StatusCode]:
    """Load a version that brings these records; the statuses that were observed."""
    file = version / "assets.extra" / "tf_serving_warmup_requests"
    file.parent.mkdir()
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in records:
            writer.write(text_format.Parse(record, PredictionLog()).SerializeToString())
    observer = Observer()
    SavedModelLoader(warm_up=warming_up(observer)).load(str(version)).close()
    return observer.statuses


@pytest.mark.parametrize(
    "record",
    [
        f"predict_log {{ request {{ model_spec {{ {MODEL} }} {INPUT} }} }}",
        f"predict_log {{ request {{ {INPUT} }} }}",
        f"classify_log {{ request {{ {CLASSIFY} {EXAMPLE} }} }}",
        f"regress_log {{ request {{ {REGRESS} {EXAMPLE} }} }}",
        f"multi_inference_log {{ request {{ tasks {{ model_spec {{ {TASK} }} {EXAMPLE} }} }}",
        "log_metadata { }",
        "",
    ],
    ids=["predict", "no model", "classify", "regress", "multi inference", "metadata", "empty"],
)
def test_a_request_need_not_name_the_model_nor_be_there(version: Path, record: str) -> None:
    assert warm_up(version, [record, record]) == [StatusCode.OK]


@pytest.mark.parametrize(
    ("record", "code", "text"),
    [
        (
            "session_run_log { }",
            StatusCode.UNIMPLEMENTED,
            "Unsupported log_type for warmup: 5",
        ),
        (
            "predict_log { request { } }",
            StatusCode.INVALID_ARGUMENT,
            "input size does not match signature: 0!=1 len({}) != len({x})."
            " Sent extra: {}. Missing but required: {x}.",
        ),
        (
            f"regress_log {{ request {{ {REGRESS} }} }}",
            StatusCode.INVALID_ARGUMENT,
            "Input is empty.",
        ),
    ],
)
def test_a_request_that_fails_fails_the_load(
    version: Path, record: str, code: StatusCode, text: str
) -> None:
    with pytest.raises(ServingError) as caught:
        warm_up(version, [record])
    assert (caught.value.code, caught.value.message) == (code, text)
