"""Execute: run a Python executor in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.artifacts.value_artifact import ValueArtifact
from pipeline_lib.execution.executor import ExecutorContext
from pipeline_lib.ir.pipeline import ClassExecutor
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.import_object import artifact_class, import_object
from pipeline_lib.node.request import ExecutionRequest, Failure, OutputSlot, Outcome, Success

_VALUE_FILE = "value"
"""TFX's name of the file that a value artifact's URI points to."""

Artifacts = dict[str, list[Artifact]]


def execute(request: ExecutionRequest) -> Outcome:
    """Run the executor. Outputs appear in their final place only if it succeeds."""
    try:
        outputs = _new_outputs(request)
        _call_executor(request, outputs)
        return Success(_publish_files(request, outputs))
    except Exception as error:
        return Failure(error_record(error))
    finally:
        _clean_up(request)


def _call_executor(request: ExecutionRequest, outputs: Artifacts) -> None:
    inputs = {
        key: [artifact_class(request.types[key]).from_record(record) for record in records]
        for key, records in request.inputs.items()
    }
    executor = import_object(request.executor.path)
    if isinstance(request.executor, ClassExecutor):
        executor = executor(_context(request))
    executor.Do(inputs, outputs, dict(request.parameters))


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
    """Move the outputs to their final place and take their fingerprints."""
    published: dict[str, list[ArtifactRecord]] = {}
    for key, slot in request.outputs.items():
        files.move(slot.partial, slot.final)
        published[key] = [_published(artifact, slot) for artifact in outputs[key]]
    return published


def _published(artifact: Artifact, slot: OutputSlot) -> ArtifactRecord:
    uri = artifact.uri
    if uri.startswith(slot.partial):
        uri = slot.final + uri[len(slot.partial) :]
    return replace(artifact.to_record(), uri=uri, fingerprint=files.fingerprint(uri))


def _clean_up(request: ExecutionRequest) -> None:
    for slot in request.outputs.values():
        files.remove(slot.partial)
    temporary = _temporary_directory(request)
    if os.path.isdir(temporary):
        files.remove(temporary)


def _temporary_directory(request: ExecutionRequest) -> str:
    return f"{request.system_dir}/tmp"
