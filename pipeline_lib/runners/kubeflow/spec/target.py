"""What all parts of one compilation have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from pipeline_lib.runners.kubeflow.spec.components import Components
from pipeline_lib.runners.kubeflow.spec.names import Names


@dataclass(frozen=True)
class Target:
    """What all parts of one compilation have in common.

    Attributes:
        image: of steps whose node names none.
        is_mounted: whether the pipeline root is a path in each container.
        names: of tasks.
    """

    pipeline: ir.Pipeline
    settings: KubeflowSettings
    image: str
    is_mounted: bool
    components: Components = field(default_factory=Components)
    names: Names = field(default_factory=Names)
