"""`tfx.components.util.model_utils`: what blessings say."""

from __future__ import annotations

from pipeline_lib.artifacts.artifact import Artifact


def is_model_blessed(model_blessing: Artifact) -> bool:
    """Whether a `ModelBlessing` blesses."""
    return model_blessing.get_int_custom_property("blessed") == 1


def is_infra_validated(infra_blessing: Artifact) -> bool:
    """Whether an `InfraBlessing` blesses."""
    return infra_blessing.get_int_custom_property("blessed") == 1
