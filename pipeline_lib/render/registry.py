"""Which function renders which artifact type: the standard ones, and those that users register."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord

Renderer = Callable[[ArtifactRecord], str]
"""Takes an artifact's record and gives HTML, in which every name and value is escaped."""

_STANDARD: Mapping[str, str] = {
    "Boolean": "value",
    "Bytes": "value",
    "ExampleAnomalies": "anomalies",
    "ExampleStatistics": "statistics",
    "Examples": "examples",
    "Float": "value",
    "HyperParameters": "hyperparameters",
    "InferenceResult": "inference_result",
    "InfraBlessing": "verdict",
    "Integer": "value",
    "JsonValue": "value",
    "Model": "model",
    "ModelBlessing": "verdict",
    "ModelEvaluation": "evaluation",
    "ModelRun": "model_run",
    "PushedModel": "verdict",
    "Schema": "schema",
    "String": "value",
    "TransformGraph": "transform_graph",
}
"""Module in `render.standard` by type name. `body` makes HTML, `in_words` (if any) a line."""

_registered: dict[str, Renderer] = {}


def register_renderer(artifact_type: str | type[Artifact], renderer: Renderer) -> None:
    """Show artifacts of a type by a function of yours, in place of the library's if it has one.

    Args:
        artifact_type: the type, or its name.
        renderer: takes the artifact's record (`uri`, `properties`, `custom_properties`, ...) and
            gives HTML. Escape what is not yours, with `html.escape` or a template.
    """
    name = artifact_type if isinstance(artifact_type, str) else artifact_type.TYPE_NAME
    _registered[name] = renderer


def registered_renderer(type_name: str) -> Renderer | None:
    """The user's renderer of that type."""
    return _registered.get(type_name)


def standard_module(type_name: str) -> Any:
    """The module that renders that standard type, or `None`.

    Raises:
        ImportError: it needs a library that is not installed.
    """
    module = _STANDARD.get(type_name)
    return module and importlib.import_module(f"pipeline_lib.render.standard.{module}")
