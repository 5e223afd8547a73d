"""Execute: run a Python executor in this process."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.execution.executor import ExecutorContext
from pipeline_lib.ir.executors import ClassExecutor
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.import_object import artifact_class, import_object
from pipeline_lib.node.recordable import recordable
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome, OutputSlot, Success

_LOG = logging.getLogger(__name__)

_VALUE_FILE = "value"
"""TFX's name of the file that a value artifact's URI points to."""

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
        outputs = _new_outputs(request)
        _call_executor(request, outputs)
        return Success(_publish_files(request, outputs))
    finally:
        remove_unfinished(request)


def remove_unfinished(request: ExecutionRequest) -> None:
    """Remove what an execution left behind that is no finished output."""
    _remove([*(slot.partial for slot in request.outputs.values()), _temporary_directory(request)])


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
    outputs: Artifacts = {}
    for key, slot in request.outputs.items():
        files.make_directory(slot.partial)
        artifact = artifact_class(slot.type)()
        is_value = isinstance(artifact, ValueArtifact)
        artifact.uri = f"{slot.partial}/{_VALUE_FILE}" if is_value else slot.partial
        outputs[key] = [artifact]
    return outputs


def _publish_files(
    request: ExecutionRequest, outputs: Mapping[str, Sequence[Artifact]]
) -> dict[str, list[ArtifactRecord]]:
    """Move the outputs to their final place, all or none, and take their fingerprints."""
    records = {
        key: [recordable(artifact, slot.type) for artifact in outputs[key]]
        for key, slot in request.outputs.items()
    }
    moved = []
    try:
        for slot in request.outputs.values():
            files.move(slot.partial, slot.final)
            moved.append(slot.final)
        return {
            key: [_published(record, slot) for record in records[key]]
            for key, slot in request.outputs.items()
        }
    except BaseException:
        for uri in moved:
            files.remove(uri)
        raise


def _published(record: ArtifactRecord, slot: OutputSlot) -> ArtifactRecord:
    uri = record.uri
    if uri == slot.partial or uri.startswith(f"{slot.partial}/"):
        uri = slot.final + uri[len(slot.partial) :]
    return replace(record, uri=uri, fingerprint=files.fingerprint(uri))


def _temporary_directory(request: ExecutionRequest) -> str:
    # What Beam's workers write for each other has to lie where all of them reach it.
    if files.is_local(request.system_dir) or request.beam_pipeline_args:
        return f"{request.system_dir}/tmp"
    return f"{tempfile.gettempdir()}/plib-{request.run_id}-{request.execution_id}"
