"""The requests with which a model is warmed up, as they lie beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from pipeline_lib.serving.errors import ServingError, StatusCode

WARM_UP_FILE = "assets.extra/tf_serving_warmup_requests"
"""Where they lie, from the directory of a version: a TFRecord file of `PredictionLog`s."""

MAX_RECORDS = 1000


def warm_up_requests(path: str) -> Iterator[PredictionLog]:
    """The requests to warm up the version at `path` with; none where it brings none.

    Raises:
        ServingError: DATA_LOSS, the file is damaged; INVALID_ARGUMENT, a record is no
            `PredictionLog`, or there are more than `MAX_RECORDS`.

    Source: tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc.
    """
    file = os.path.join(path, WARM_UP_FILE)
    if not os.path.exists(file):
        return
    for number, record in enumerate(_records(file)):
        if number == MAX_RECORDS:
            raise ServingError(
                StatusCode.INVALID_ARGUMENT,
                f"Number of warmup records exceeds the maximum ({MAX_RECORDS}) at {file}",
            )
        yield _prediction_log(record, file)


def _records(file: str) -> Iterator[bytes]:
    try:
        yield from tf.compat.v1.io.tf_record_iterator(file)
    except tf.errors.DataLossError as error:
        raise ServingError(
            StatusCode.DATA_LOSS,
            f"{error.message}. Please verify your warmup data is in TFRecord format.",
        ) from error


def _prediction_log(record: bytes, file: str) -> PredictionLog:
    try:
        return PredictionLog.FromString(record)
    except DecodeError as error:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"Failed to parse warmup record: {record.decode(errors='backslashreplace')} from "
            f"{file}",
        ) from error
