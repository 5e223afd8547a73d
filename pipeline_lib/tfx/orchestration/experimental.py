"""`tfx.orchestration.experimental`: exit handlers, and the runner for Kubeflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline_lib.dsl.exit_handler import final_status
from pipeline_lib.dsl.function_component import component
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.tfx.facade_module import load_when_used

if TYPE_CHECKING:
    from pipeline_lib.tfx.orchestration.kubeflow_v2_dag_runner import (
        KubeflowV2DagRunner,
        KubeflowV2DagRunnerConfig,
    )

__all__ = [
    "FinalStatusStr",
    "KubeflowV2DagRunner",
    "KubeflowV2DagRunnerConfig",
    "exit_handler",
]

_KUBEFLOW = "pipeline_lib.tfx.orchestration.kubeflow_v2_dag_runner"

exit_handler = component
"""`pipeline_lib.component`, for `LocalDagRunner().set_exit_handler(...)`."""


def FinalStatusStr(value: str = "") -> ValuePlaceholder:
    """`pipeline_lib.final_status()`: how the run ended, for a parameter of the exit handler.

    Args:
        value: without effect, as in TFX.
    """
    return final_status()


if not TYPE_CHECKING:
    __getattr__ = load_when_used(
        __name__,
        {
            name: f"{_KUBEFLOW}:{name}"
            for name in ("KubeflowV2DagRunner", "KubeflowV2DagRunnerConfig")
        },
    )
