"""Execute: run a Python executor in this process."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.execution.executor import ExecutorContext
from pipeline_lib.ir.executors import ClassExecutor, ContainerExecutor
from pipeline_lib.node.environment import environment
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.import_object import artifact_class, import_object
from pipeline_lib.node.output_files import new_artifact, publish_files
from pipeline_lib.node.recordable import recordable
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome, Success
from pipeline_lib.node.staging import local_directory

_LOG = logging.getLogger(__name__)

Artifacts = dict[str, list[Artifact]]


def execute(request: ExecutionRequest) -> Outcome:
    """Run the executor. Outputs appear in their final place only if it succeeds.

    Raises:
        KeyboardInterrupt: the user interrupted.
    """
    try:
        return run_executor(request)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # an executor may call sys.exit()
        return Failure(error_record(error))


def run_executor(request: ExecutionRequest) -> Success:
    """Run the executor, and let what it raises come through."""
    try:
        return Success(publish_files(request.outputs, written_by_executor(request)))
    finally:
        remove_unfinished(request)


def written_by_executor(request: ExecutionRequest) -> dict[str, list[ArtifactRecord]]:
    """Run the executor; what it has written, where it was written."""
    with environment(request.environment):
        outputs = _new_outputs(request)
        _call_executor(request, outputs)
        return {
            key: [recordable(artifact, slot.type) for artifact in outputs[key]]
            for key, slot in request.outputs.items()
        }


def remove_unfinished(request: ExecutionRequest) -> None:
    """Remove what an execution left behind that is no finished output."""
    temporary = [_temporary_directory(request)]
    if not files.is_local(request.system_dir):
        temporary.append(local_directory(request.system_dir))
    _remove([*(slot.partial for slot in request.outputs.values()), *temporary])


def remove_unpublished(request: ExecutionRequest) -> None:
    """Remove all that an execution has written, also what is in its final place."""
    remove_unfinished(request)
    _remove([slot.final for slot in request.outputs.values()])


def _remove(uris: Sequence[str]) -> None:
    for uri in uris:
        try:
            files.remove(uri)
        except Exception as error:  # what the execution achieved counts, not how it tidied up
            _LOG.warning("%s cannot be removed: %s", uri, error)


def _call_executor(request: ExecutionRequest, outputs: Artifacts) -> None:
    inputs = {
        key: [artifact_class(request.types[key]).from_record(record) for record in records]
        for key, records in request.inputs.items()
    }
    assert not isinstance(request.executor, ContainerExecutor), "its command runs in a container"
    executor = import_object(request.executor.path)
    if isinstance(request.executor, ClassExecutor):
        executor = executor(_context(request))
    process = os.getpid()
    try:
        executor.Do(inputs, outputs, dict(request.parameters))
    finally:
        if os.getpid() != process:
            # A child that the executor has forked and that came back: the outputs are its parent's.
            os._exit(1)


def _context(request: ExecutionRequest) -> ExecutorContext:
    return ExecutorContext(
        pipeline_name=request.pipeline_name,
        run_id=request.run_id,
        node_id=request.node_id,
        execution_id=request.execution_id,
        tmp_dir=_temporary_directory(request),
        beam_pipeline_args=request.beam_pipeline_args,
    )


def _new_outputs(request: ExecutionRequest) -> Artifacts:
    """An artifact in an empty directory for each output."""
    for slot in request.outputs.values():
        files.make_directory(slot.partial)
    return {key: [new_artifact(slot)] for key, slot in request.outputs.items()}


def _temporary_directory(request: ExecutionRequest) -> str:
    if request.beam_pipeline_args:
        # What Beam's workers write for each other has to lie where all of them reach it.
        return f"{request.system_dir}/tmp"
    return f"{local_directory(request.system_dir)}/tmp"
