from __future__ import annotations

from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.artifacts.standard_artifacts import Model

TFX = {
    "ExampleAnomalies": {"span": "INT", "split_names": "STRING"},
    "ExampleStatistics": {"span": "INT", "split_names": "STRING"},
    "ExampleValidationMetrics": {"span": "INT", "split_names": "STRING"},
    "Examples": {"span": "INT", "version": "INT", "split_names": "STRING"},
    "ExamplesDiff": {},
    "ExternalArtifact": {},
    "HyperParameters": {},
    "InferenceResult": {},
    "InfraBlessing": {},
    "Model": {},
    "ModelBlessing": {},
    "ModelEvaluation": {},
    "ModelRun": {},
    "PushedModel": {},
    "Schema": {},
    "TransformCache": {},
    "TransformGraph": {},
    "TunerResults": {},
    "Boolean": {},
    "Bytes": {},
    "Float": {},
    "Integer": {},
    "JsonValue": {},
    "String": {},
}
"""Type names and properties of `tfx.types.standard_artifacts` in TFX 1.16.0."""


def test_names_and_properties_are_tfx() -> None:
    ours = {
        getattr(standard_artifacts, name).TYPE_NAME: {
            key: declared.type.value
            for key, declared in getattr(standard_artifacts, name).PROPERTIES.items()
        }
        for name in standard_artifacts.__all__
    }
    assert ours == TFX


def test_class_is_named_like_its_type() -> None:
    for name in standard_artifacts.__all__:
        assert name == getattr(standard_artifacts, name).TYPE_NAME


def test_model_for_serving_lies_where_tfx_puts_it() -> None:
    assert Model("/model").serving_path == "/model/Format-Serving"
