"""What a blessing says about the files it is for, so that Pusher pushes those and no others.

A validator takes the fingerprint before it begins, and records it when it has come to a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact

MODEL_FINGERPRINT = "model_fingerprint"
"""Custom property of a blessing: the fingerprint of the files in `Format-Serving`."""

STAMPED_MODEL_FINGERPRINT = "stamped_model_fingerprint"
"""The same of the files in an `InfraBlessing`'s own `stamped_model`, the model with warm-up."""


def serving_directory(model: Artifact) -> str:
    """Where the files of a `Model` are that a model server loads."""
    return os.path.join(model.uri, "Format-Serving")


def stamped_directory(blessing: Artifact) -> str:
    """Where an `InfraBlessing` holds the model with warm-up requests, if it holds one."""
    return os.path.join(blessing.uri, "stamped_model")


def serving_fingerprint(models: Sequence[Artifact]) -> str:
    """The fingerprint of the one model to be validated; empty where there is none."""
    return files.fingerprint(serving_directory(models[0])) if len(models) == 1 else ""


def record_fingerprint(blessing: Artifact, name: str, fingerprint: str) -> None:
    """Record under one of the names above what was validated, if it is known."""
    if fingerprint:
        blessing.set_string_custom_property(name, fingerprint)
