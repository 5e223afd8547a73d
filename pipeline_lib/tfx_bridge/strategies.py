"""Resolver strategies that both have."""

from __future__ import annotations

from pipeline_lib.tfx_bridge.unsupported import not_in_ours, not_in_tfx

_OURS = "pipeline_lib.artifacts.strategies"
_THEIRS = "tfx.dsl.input_resolution.strategies"
_BOTH = {
    f"{_OURS}:LatestArtifactStrategy": f"{_THEIRS}.latest_artifact_strategy.LatestArtifactStrategy",
    f"{_OURS}:LatestBlessedModelStrategy": (
        f"{_THEIRS}.latest_blessed_model_strategy.LatestBlessedModelStrategy"
    ),
}
_OF_THEIRS = {theirs: ours for ours, theirs in _BOTH.items()}


def tfx_strategy(path: str, where: str) -> str:
    """TFX's class path of a strategy of ours.

    Raises:
        UnsupportedError: TFX has no such strategy; the message begins with `where`.
    """
    if path not in _BOTH:
        raise not_in_tfx(where, f"picks artifacts with {path!r}")
    return _BOTH[path]


def our_strategy(path: str, where: str) -> str:
    """Our import path of a strategy of TFX's.

    Raises:
        UnsupportedError: we have no such strategy; the message begins with `where`.
    """
    if path not in _OF_THEIRS:
        raise not_in_ours(where, f"picks artifacts with {path!r}")
    return _OF_THEIRS[path]
