"""Reading gzipped TFRecords of `tf.train.Example` in a user's `run_fn`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import tensorflow as tf
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.public import tfxio

from components.trainer.fn_args import DataAccessor


def tf_example_accessor() -> DataAccessor:
    """The accessor of the files that the standard components write."""
    return DataAccessor(tf_dataset_factory=_tf_dataset, record_batch_factory=_record_batches)


def _tf_dataset(
    file_pattern: list[str],
    options: tfxio.TensorFlowDatasetOptions,
    schema: schema_pb2.Schema | None = None,
) -> tf.data.Dataset:
    return _source(file_pattern, schema).TensorFlowDataset(options)


def _record_batches(
    file_pattern: list[str],
    options: tfxio.RecordBatchesOptions,
    schema: schema_pb2.Schema | None = None,
) -> Iterator[pa.RecordBatch]:
    batches: Iterator[pa.RecordBatch] = _source(file_pattern, schema).RecordBatches(options)
    return batches


def _source(file_pattern: list[str], schema: schema_pb2.Schema | None) -> Any:
    return tfxio.TFExampleRecord(
        file_pattern=file_pattern, schema=schema, telemetry_descriptors=["Trainer"]
    )
