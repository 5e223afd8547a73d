"""`tfx.dsl.experimental`: container components, resolver strategies, runtime parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.artifacts.strategies import (
    LatestArtifactStrategy,
    LatestBlessedModelStrategy,
    ResolverStrategy,
    SpanRangeStrategy,
)
from pipeline_lib.dsl.container_component import create_container_component
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.tfx.facade_module import refuse

__all__ = [
    "LatestArtifactStrategy",
    "LatestBlessedModelStrategy",
    "ResolverStrategy",
    "RuntimeParameter",
    "SpanRangeStrategy",
    "create_container_component",
]

if not TYPE_CHECKING:
    __getattr__ = refuse(__name__)
