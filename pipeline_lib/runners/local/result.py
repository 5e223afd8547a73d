"""What a run leaves behind, for the program that started it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.connection import MetadataConnectionConfig
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, RunRecord


@dataclass(frozen=True)
class RunResult:
    """A finished run.

    Attributes:
        executions: the final record of each node by its id, with those of the nodes around it and
            the iteration of the loop, if it is in one: `train_all.Trainer#2`.
        metadata_connection_config: the store that holds it all.
    """

    run: RunRecord
    executions: Mapping[str, ExecutionRecord]
    metadata_connection_config: MetadataConnectionConfig

    @property
    def run_id(self) -> str:
        """Id of the run."""
        return self.run.run_id

    def __getitem__(self, instance: str) -> ExecutionRecord:
        """The final record of a node."""
        return self.executions[instance]


def run_error(result: RunResult, failed: Sequence[ExecutionRecord]) -> PipelineRunError:
    """The error of a run in which the nodes `failed` failed."""
    lines = [failure_summary(result.run, result.executions.values(), failed)]
    for execution in failed:
        lines += failure_lines(execution)
    return PipelineRunError("\n".join(lines))


def failure_summary(
    run: RunRecord, executions: Collection[ExecutionRecord], failed: Sequence[ExecutionRecord]
) -> str:
    """The first line about a run in which the nodes `failed` failed."""
    skipped = sum(one.state is ExecutionState.SKIPPED for one in executions)
    return (
        f"Run {run.run_id!r} of pipeline {run.pipeline_name!r} failed: "
        f"{len(failed)} of {len(executions)} nodes failed, {skipped} skipped."
    )


def failure_lines(execution: ExecutionRecord) -> list[str]:
    """The lines about one node that failed: its error, where it was raised, and its log."""
    error = execution.error
    assert error is not None, "a failed execution carries its error"
    lines = [f"  {execution.instance}: {error.type}: {error.message}"]
    if error.location:
        lines.append(f"    at {error.location}")
    if execution.log_uri:
        lines.append(f"    log: {execution.log_uri}")
    return lines
