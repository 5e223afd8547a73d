"""The examples to evaluate on: where they are, how TFMA reads them, what they must have."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.tfxio.tensor_adapter import TensorAdapterConfig
from tfx_bsl.tfxio.tf_example_record import TFExampleRecord

from components.layouts.examples_files import first_records
from components.layouts.schema_file import load_schema, schema_path
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance, get_split_uris
from pipeline_lib.errors import DataError, did_you_mean

_LOOKED_AT = 100
"""Examples in which a feature must occur at least once to count as existing."""


@dataclass(frozen=True)
class EvaluatedExamples:
    """The splits to evaluate on.

    Attributes:
        splits: their names.
        directories: directory of each split of each `Examples` artifact.
        schema: types and shapes of the features, if known.
    """

    splits: Sequence[str]
    directories: Sequence[str]
    schema: schema_pb2.Schema | None

    @classmethod
    def find(
        cls, examples: Sequence[Artifact], splits: Sequence[str], schema: Sequence[Artifact]
    ) -> EvaluatedExamples:
        """The splits named `splits`.

        Raises:
            DataError: an artifact has no such split, or the schema cannot be read.
        """
        directories = [uri for split in splits for uri in get_split_uris(examples, split)]
        return cls(splits, directories, _read_schema(schema))

    def source(self) -> TFExampleRecord:
        """One Beam source of all splits: Arrow record batches that keep the serialized examples."""
        return TFExampleRecord(
            file_pattern=[os.path.join(directory, "*") for directory in self.directories],
            schema=self.schema,
            raw_record_column_name=tfma.ARROW_INPUT_COLUMN,
            telemetry_descriptors=["Evaluator"],
        )

    def tensor_adapter_config(self, source: TFExampleRecord) -> TensorAdapterConfig | None:
        """How batches become tensors, where the schema tells."""
        if self.schema is None:
            return None
        return TensorAdapterConfig(
            arrow_schema=source.ArrowSchema(),
            tensor_representations=source.TensorRepresentations(),
        )

    def require_features(self, config: tfma.EvalConfig) -> None:
        """Check that labels and weights exist; TFMA computes some metrics happily without them.

        What the model's own preprocessing makes cannot be seen here and is not checked.

        Raises:
            DataError: there are no examples, or a label or weight is in none of the first ones.
        """
        existing = self._feature_names()
        if not existing:
            raise DataError(f"There is no example to evaluate on in {self._where()}.")
        for field, key in _needed_features(config):
            if key not in existing:
                raise DataError(
                    f"eval_config.model_specs: {field} {key!r} is no feature of the examples in "
                    f"{self._where()}.{did_you_mean(key, existing)} If the model makes it, name "
                    "the function that does in 'preprocessing_function_names'."
                )

    def _feature_names(self) -> set[str]:
        names: set[str] = set()
        for directory in self.directories:
            for record in first_records(directory, _LOOKED_AT):
                names.update(tf.train.Example.FromString(record).features.feature)
        return names

    def _where(self) -> str:
        listed = ", ".join(repr(split) for split in self.splits)
        return f"split {listed}" if len(self.splits) == 1 else f"splits {listed}"


def _needed_features(config: tfma.EvalConfig) -> Iterable[tuple[str, str]]:
    for spec in config.model_specs:
        if spec.preprocessing_function_names:
            continue
        for field in ("label_key", "example_weight_key"):
            keys = [getattr(spec, field), *getattr(spec, f"{field}s").values()]
            yield from ((field, key) for key in keys if key)


def _read_schema(schema: Sequence[Artifact]) -> schema_pb2.Schema | None:
    return load_schema(schema_path(get_single_instance(schema))) if schema else None
