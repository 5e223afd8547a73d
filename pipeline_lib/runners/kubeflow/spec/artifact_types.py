"""What Kubeflow shows our artifacts as."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline_lib import ir

_DATASETS = ("Examples", "ExamplesDiff", "ExampleStatistics", "InferenceResult")
_MODELS = ("Model", "PushedModel")
_TITLES: Mapping[str, str] = {
    **dict.fromkeys(_DATASETS, "system.Dataset"),
    **dict.fromkeys(_MODELS, "system.Model"),
}


def artifact_type(declared: ir.ArtifactType) -> dict[str, str]:
    """Kubeflow's type of an artifact: one of its own, for ours it does not know."""
    return {
        "schemaTitle": _TITLES.get(declared.name, "system.Artifact"),
        "schemaVersion": "0.0.1",
    }
