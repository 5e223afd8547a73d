"""What an exit handler can read: how the run ended."""

from __future__ import annotations

from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.ir.expressions import RunField, RunInformation


def final_status() -> ValuePlaceholder:
    """How the run ended, as JSON text, for a parameter of the exit handler.

        notify = Notify(status=final_status())
        Pipeline(..., components=[...], exit_handler=notify)

    The fields are those of Kubeflow's `PipelineTaskFinalStatus`: `state` is `SUCCEEDED` or
    `FAILED`, `error.message` says what failed, `pipelineJobName` is the run's id.
    """
    return ValuePlaceholder(lambda _: RunInformation(RunField.FINAL_STATUS), value_type=str)
