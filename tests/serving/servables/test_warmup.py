"""The file of requests with which a model is warmed up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.warmup import warm_up_requests
from tests.whole_message import raises


def written(version: Path, records: Sequence[bytes]) -> Path:
    file = version / "assets.extra" / "tf_serving_warmup_requests"
    file.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(file)) as writer:
        for record in records:
            writer.write(record)
    return file


def log(name: str) -> PredictionLog:
    message = PredictionLog()
    message.predict_log.request.model_spec.name = name
    return message


def test_the_requests_come_in_their_order(tmp_path: Path) -> None:
    assert list(warm_up_requests(str(tmp_path))) == []
    logs = [log(str(number)) for number in range(1000)]
    written(tmp_path, [message.SerializeToString() for message in logs])
    assert list(warm_up_requests(str(tmp_path))) == logs


def test_more_than_a_thousand_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, [b""] * 1001)
    with raises(ServingError, f"Number of warmup records exceeds the maximum (1000) at {file}"):
        list(warm_up_requests(str(tmp_path)))


def test_a_record_that_is_no_request_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, [log("m").SerializeToString(), b"\xff no"])
    requests = warm_up_requests(str(tmp_path))
    assert next(requests) == log("m")
    with raises(ServingError, rf"Failed to parse warmup record: \xff no from {file}"):
        next(requests)


def test_a_file_that_is_no_tfrecord_is_refused(tmp_path: Path) -> None:
    written(tmp_path, []).write_bytes(b"surely no TFRecord")
    with raises(
        ServingError,
        "corrupted record at 0 (Is this even a TFRecord file?). Please verify your warmup data is "
        "in TFRecord format.",
    ):
        list(warm_up_requests(str(tmp_path)))
    with pytest.raises(ServingError) as caught:
        list(warm_up_requests(str(tmp_path)))
    assert caught.value.code is StatusCode.DATA_LOSS
