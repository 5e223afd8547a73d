"""What a user's `run_fn` gets: `FnArgs`, with TFX's field names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa
    import tensorflow as tf
    from tensorflow_metadata.proto.v0 import schema_pb2
    from tfx_bsl.public import tfxio


class DataAccessor(NamedTuple):
    """Reads training data, however it is stored.

    Attributes:
        tf_dataset_factory: `(file patterns, TensorFlowDatasetOptions, schema)` to a
            `tf.data.Dataset` of batches: dicts of tensors by feature name, or pairs of such a
            dict and the labels where the options name a label.
        record_batch_factory: `(file patterns, RecordBatchesOptions, schema)` to an iterator of
            `pyarrow.RecordBatch`.
        data_view_decode_fn: always `None`; TFX's place for the decoder of a data view.
    """

    tf_dataset_factory: Callable[
        [list[str], tfxio.TensorFlowDatasetOptions, schema_pb2.Schema | None], tf.data.Dataset
    ]
    record_batch_factory: Callable[
        [list[str], tfxio.RecordBatchesOptions, schema_pb2.Schema | None],
        Iterator[pa.RecordBatch],
    ]
    data_view_decode_fn: Callable[[tf.Tensor], dict[str, Any]] | None = None


@dataclass(frozen=True)
class FnArgs:
    """Arguments of `run_fn`; paths are those of the machine that runs it.

    Trainer gives every argument that has no `None` in its type. The defaults are there so that a
    unit test of a `run_fn` passes only what the function reads, as with TFX's class.

    Attributes:
        working_dir: a directory for temporary files, removed afterwards.
        train_files: patterns of the files to train on.
        eval_files: patterns of the files to evaluate on.
        train_steps: number of training steps, `None` where the user's code decides.
        eval_steps: number of evaluation steps, `None` where the user's code decides.
        schema_path: the schema's file, `None` without a schema.
        schema_file: the same, TFX's older name.
        transform_graph_path: directory of Transform's graph, `None` without one.
        transform_output: the same, TFX's older name.
        data_accessor: reads the files.
        serving_model_dir: where the model must be saved.
        eval_model_dir: where a separate model for evaluation may be saved.
        model_run_dir: where logs (TensorBoard) and checkpoints are kept.
        base_model: directory of the model to start from, `None` without one.
        hyperparameters: hyperparameters, such as a tuner's best ones, `None` without them.
        custom_config: what the author passed to Trainer, `None` without it.
    """

    working_dir: str = ""
    train_files: list[str] = field(default_factory=list)
    eval_files: list[str] = field(default_factory=list)
    train_steps: int | None = None
    eval_steps: int | None = None
    schema_path: str | None = None
    schema_file: str | None = None
    transform_graph_path: str | None = None
    transform_output: str | None = None
    data_accessor: DataAccessor = None  # type: ignore[assignment]  # see above: for unit tests
    serving_model_dir: str = ""
    eval_model_dir: str = ""
    model_run_dir: str = ""
    base_model: str | None = None
    hyperparameters: dict[str, Any] | None = None
    custom_config: dict[str, Any] | None = None
