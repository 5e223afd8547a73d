"""`tfx.orchestration.experimental`: exit handlers, and the runner for Kubeflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pipeline_lib.dsl.exit_handler import final_status
from pipeline_lib.dsl.function_component import FunctionComponent, component
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

P = ParamSpec("P")
R = TypeVar("R")


def exit_handler(func: Callable[P, R]) -> FunctionComponent[P, R]:
    """`pipeline_lib.component`, for `LocalDagRunner().set_exit_handler(...)`.

    Raises:
        AuthoringError: as `pipeline_lib.component`.
    """
    return component(func)


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
