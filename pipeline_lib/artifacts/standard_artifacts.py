"""TFX's standard artifact types: the same type names, properties and layouts on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import splits as _splits
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord, Property, PropertyType
from pipeline_lib.artifacts.value_artifact import Boolean, Bytes, Float, Integer, JsonValue, String

_SPAN = Property(PropertyType.INT)
_VERSION = Property(PropertyType.INT)
_SPLIT_NAMES = Property(PropertyType.STRING)


class _WithSplits(Artifact):
    """Shared by the types whose payload lies in `Split-{name}/` directories."""

    split_names: str

    @property
    def splits(self) -> Sequence[str]:
        """Names of the splits."""
        return _splits.decode_split_names(self.split_names)

    @splits.setter
    def splits(self, names: Sequence[str]) -> None:
        self.split_names = _splits.encode_split_names(names)

    def to_record(self) -> ArtifactRecord:
        """This artifact as a plain value; if it names no splits, those that it has are named."""
        record = super().to_record()
        found = [] if self.split_names else _splits.splits_at(self.uri)
        if not found:
            return record
        names = _splits.encode_split_names(found)
        return replace(record, properties={**record.properties, "split_names": names})

    def path(self, *, split: str) -> str:
        """Directory of `split`; it is not created."""
        return _splits.split_uri(self, split)


class Examples(_WithSplits):
    """Examples: gzipped TFRecords of `tf.train.Example` in `Split-{name}/`."""

    TYPE_NAME = "Examples"
    PROPERTIES = {"span": _SPAN, "version": _VERSION, "split_names": _SPLIT_NAMES}
    span: int
    version: int


class ExampleStatistics(_WithSplits):
    """Statistics per split: `Split-{name}/FeatureStats.pb`, a `DatasetFeatureStatisticsList`."""

    TYPE_NAME = "ExampleStatistics"
    PROPERTIES = {"span": _SPAN, "split_names": _SPLIT_NAMES}
    span: int


class ExampleAnomalies(_WithSplits):
    """Anomalies per split: `Split-{name}/SchemaDiff.pb`, an `Anomalies` message."""

    TYPE_NAME = "ExampleAnomalies"
    PROPERTIES = {"span": _SPAN, "split_names": _SPLIT_NAMES}
    span: int


class ExampleValidationMetrics(_WithSplits):
    """Metrics of a data set's validation, per split."""

    TYPE_NAME = "ExampleValidationMetrics"
    PROPERTIES = {"span": _SPAN, "split_names": _SPLIT_NAMES}
    span: int


class ExamplesDiff(Artifact):
    """Differences between two sets of examples."""

    TYPE_NAME = "ExamplesDiff"


class ExternalArtifact(Artifact):
    """Any payload that came from outside."""

    TYPE_NAME = "ExternalArtifact"


class HyperParameters(Artifact):
    """Hyperparameters: `best_hyperparameters.txt`."""

    TYPE_NAME = "HyperParameters"


class InferenceResult(Artifact):
    """Results of batch inference."""

    TYPE_NAME = "InferenceResult"


class InfraBlessing(Artifact):
    """Whether a model can be served: a file `INFRA_BLESSED` or `INFRA_NOT_BLESSED`."""

    TYPE_NAME = "InfraBlessing"


class Model(Artifact):
    """A trained model: a SavedModel in `Format-Serving/`, one for evaluation in `Format-TFMA/`."""

    TYPE_NAME = "Model"

    @property
    def serving_path(self) -> str:
        """Directory of the SavedModel for serving."""
        return os.path.join(self.uri, "Format-Serving")


class ModelBlessing(Artifact):
    """Whether a model passed: a file `BLESSED` or `NOT_BLESSED`, and `blessed` as 1 or 0."""

    TYPE_NAME = "ModelBlessing"


class ModelEvaluation(Artifact):
    """Metrics of a model, in TFMA's files."""

    TYPE_NAME = "ModelEvaluation"


class ModelRun(Artifact):
    """Logs and checkpoints of a training."""

    TYPE_NAME = "ModelRun"


class PushedModel(Artifact):
    """Record of a model that was pushed, with its destination and version."""

    TYPE_NAME = "PushedModel"


class Schema(Artifact):
    """Schema of a data set: `schema.pbtxt`, a `tensorflow_metadata` `Schema` in text form."""

    TYPE_NAME = "Schema"


class TransformCache(Artifact):
    """Cached analyser results of TensorFlow Transform."""

    TYPE_NAME = "TransformCache"


class TransformGraph(Artifact):
    """TensorFlow Transform's output: `transform_fn/`, `transformed_metadata/`, `metadata/`."""

    TYPE_NAME = "TransformGraph"


class TunerResults(Artifact):
    """Trials of a hyperparameter search."""

    TYPE_NAME = "TunerResults"


REFERENCES: Mapping[str, frozenset[str]] = {
    ModelBlessing.TYPE_NAME: frozenset(
        ("current_model", "current_model_id", "baseline_model", "baseline_model_id")
    )
}
"""By type, the custom properties of TFX's that say where other artifacts are, or their ids."""

__all__ = [
    "Boolean",
    "Bytes",
    "ExampleAnomalies",
    "ExampleStatistics",
    "ExampleValidationMetrics",
    "Examples",
    "ExamplesDiff",
    "ExternalArtifact",
    "Float",
    "HyperParameters",
    "InferenceResult",
    "InfraBlessing",
    "Integer",
    "JsonValue",
    "Model",
    "ModelBlessing",
    "ModelEvaluation",
    "ModelRun",
    "PushedModel",
    "Schema",
    "String",
    "TransformCache",
    "TransformGraph",
    "TunerResults",
]
