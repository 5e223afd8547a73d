"""`Importer`: brings data from outside into the lineage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.binding import BoundParameter
from pipeline_lib.dsl.channel import is_artifact_class
from pipeline_lib.dsl.declarations import ExecutionParameter
from pipeline_lib.dsl.executor_spec import ImporterSpec
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.parameter_types import InputPath, plain_json
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.placeholder_collections import future_value, holds_placeholder
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError, did_you_mean

IMPORTER_TYPE = "tfx.dsl.components.common.importer.Importer"
"""TFX's name of the execution type, so that tools for its stores know it for an import."""


class Importer(BaseNode):
    """Registers what is at `source_uri` as an artifact, in place: nothing is copied.

        hparams = Importer(source_uri="hparams", artifact_type=HyperParameters).with_id("hparams")
        Trainer(..., hyperparameters=hparams.outputs["result"])

    Args:
        source_uri: path or URI of the data.
        artifact_type: type of the artifact.
        reimport: register a new artifact even if the same data is registered already.
        properties: declared properties of the artifact; plain values, `RuntimeParameter`s or
            values that the run makes.
        custom_properties: free properties of the artifact; the same.
        output_key: key of the one output.

    Raises:
        AuthoringError: `artifact_type` is no artifact type, or it declares no such property.
    """

    def __init__(
        self,
        source_uri: str | RuntimeParameter | ValuePlaceholder,
        artifact_type: type[Artifact],
        reimport: bool | RuntimeParameter | ValuePlaceholder = False,
        properties: Mapping[str, Any] | None = None,
        custom_properties: Mapping[str, Any] | None = None,
        output_key: str = "result",
    ) -> None:
        if not is_artifact_class(artifact_type):
            raise AuthoringError(
                f"Importer(artifact_type=...) takes an artifact type, got {artifact_type!r}."
            )
        given = {
            name: _checked_property(artifact_type, name, value)
            for name, value in (properties or {}).items()
        }
        free = {
            name: _checked_value(value, f"Importer: custom property {name!r}")
            for name, value in (custom_properties or {}).items()
        }
        super().__init__(
            default_id="Importer",
            type_name=IMPORTER_TYPE,
            executor_spec=ImporterSpec(given, free),
            inputs={},
            outputs={output_key: artifact_type},
            parameters={
                "source_uri": BoundParameter.check(
                    ExecutionParameter(InputPath), source_uri, "Importer: parameter 'source_uri'"
                ),
                "reimport": BoundParameter.check(
                    ExecutionParameter(bool), reimport, "Importer: parameter 'reimport'"
                ),
            },
        )


def _checked_property(artifact_type: type[Artifact], name: str, value: Any) -> Any:
    declared = artifact_type.PROPERTIES
    if name not in declared:
        raise AuthoringError(
            f"Importer: artifact type {artifact_type.TYPE_NAME!r} declares no property "
            f"{name!r}.{did_you_mean(name, declared)}"
        )
    where = f"Importer: property {name!r} of artifact type {artifact_type.TYPE_NAME!r}"
    expected = declared[name].type
    if isinstance(value, RuntimeParameter):
        return value
    if holds_placeholder(value):
        future = future_value(value, where)
        if future.value_type is not None and not expected.accepts(future.value_type()):
            raise AuthoringError(
                f"{where} holds {expected.name}, but {future!r} is {future.type_word}."
            )
        return future
    if not expected.accepts(value):
        raise AuthoringError(
            f"{where} holds {expected.name}, got {value!r} of type {type(value).__name__}."
        )
    return value


def _checked_value(value: Any, where: str) -> Any:
    if isinstance(value, RuntimeParameter):
        return value
    if holds_placeholder(value):
        return future_value(value, where)
    plain_json(value, where)
    return value
