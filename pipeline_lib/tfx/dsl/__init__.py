"""`tfx.dsl`: what a pipeline is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.conditional import Cond
from pipeline_lib.dsl.importer import Importer
from pipeline_lib.dsl.resolver import Resolver
from pipeline_lib.tfx.dsl.pipeline import ExecutionMode, Pipeline
from pipeline_lib.tfx.facade_module import load_when_used

__all__ = [
    "Artifact",
    "Channel",
    "Cond",
    "ExecutionMode",
    "Importer",
    "Pipeline",
    "Resolver",
    "components",
    "experimental",
    "io",
    "placeholders",
    "standard_annotations",
]

if TYPE_CHECKING:
    from pipeline_lib.tfx.dsl import components as components
    from pipeline_lib.tfx.dsl import experimental as experimental
    from pipeline_lib.tfx.dsl import io as io
    from pipeline_lib.tfx.dsl import placeholders as placeholders
    from pipeline_lib.tfx.dsl import standard_annotations as standard_annotations
else:
    __getattr__ = load_when_used(
        __name__, {name: f"{__name__}.{name}" for name in __all__ if name.islower()}
    )
