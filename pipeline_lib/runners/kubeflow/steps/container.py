"""The steps before and after a container of the author's, which knows nothing of this library."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError, MetadataStoreError
from pipeline_lib.ir.executors import ContainerExecutor
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    MetadataStore,
)
from pipeline_lib.node.drive import Work, drive, work_again
from pipeline_lib.node.due import due_again
from pipeline_lib.node.execute import remove_unfinished
from pipeline_lib.node.failure import error_record
from pipeline_lib.node.nesting import Nested
from pipeline_lib.node.output_files import publish_files, written_outputs
from pipeline_lib.node.publish import publish, publish_undriven
from pipeline_lib.node.request import ExecutionRequest, Failure, Outcome, Success
from pipeline_lib.node.requesting import command_line, command_scope
from pipeline_lib.runners.kubeflow.spec.commands import lowered_command
from pipeline_lib.runners.kubeflow.steps.begun_run import BegunRun
from pipeline_lib.runners.kubeflow.steps.levels import Place
from pipeline_lib.runners.kubeflow.steps.node import ended_before

DUE = "due"
"""Output parameter of the step before: whether the container is run."""

_ANYBODY = 0o777


@dataclass(frozen=True)
class Driven:
    """What was decided for a container.

    Attributes:
        told: what the cluster is told.
        brought: URIs of the inputs that the cluster hands the container, by their keys.
    """

    execution: ExecutionRecord | None
    told: Mapping[str, str] = field(default_factory=lambda: {DUE: "false"})
    brought: Mapping[str, str] = field(default_factory=dict)


def drive_container(place: Place, begun: BegunRun, store: MetadataStore) -> Driven:
    """Decide what is to be done for a node, and get ready what its container reads."""
    assert place.run is not None, "what does not run is not driven"
    known = ended_before(place, begun, store)
    if known is not None:
        return Driven(known)
    try:
        driven = drive(place.node, place.run, store)
    except MetadataStoreError:
        raise
    except Exception as error:
        return Driven(publish_undriven(place.node, place.run, error, store))
    assert not isinstance(driven, Nested), "a container holds no nodes"
    return _ready(driven, place, store) if isinstance(driven, Work) else Driven(driven)


def publish_container(
    place: Place, sources: Mapping[str, str], store: MetadataStore
) -> ExecutionRecord | None:
    """Record how a node ended whose container has ended well.

    Args:
        place: where the node is.
        sources: where the cluster has put what the container has written, by output; empty where
            that is in its place.
        store: where it is recorded.

    Returns:
        Its final record; `None` where it has none.
    """
    assert place.run is not None, "what does not run is not published"
    node, run = place.node, place.run
    running = store.execution(run.run_id, run.instance(node.id))
    if running is None or running.state is not ExecutionState.RUNNING:
        return running
    work = work_again(node, run, running, store)
    return publish(work, _outcome(work.request, sources), store)


def _ready(work: Work, place: Place, store: MetadataStore) -> Driven:
    assert place.run is not None, "it was driven"
    assert isinstance(place.node.executor, ContainerExecutor), "no other has these steps"
    request = work.request
    is_mounted = files.is_local(place.run.root)
    command = lowered_command(place.node.executor, is_mounted)
    due = due_again(place.node, place.run, work.execution, store)
    scope = command_scope(
        due.scope, due.parameters, work.execution, request.outputs, request.system_dir
    )
    told = {name: command_line((part,), scope)[0] for name, part in command.told.items()}
    if is_mounted:
        _make_directories(request)
    brought = {key: request.inputs[key][0].uri for key in command.inputs}
    return Driven(work.execution, {DUE: "true", **told}, brought)


def _make_directories(request: ExecutionRequest) -> None:
    """Make those that the container writes to, whoever its user is."""
    for path in (*(slot.partial for slot in request.outputs.values()), *request.writes):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, _ANYBODY)


def _outcome(request: ExecutionRequest, sources: Mapping[str, str]) -> Outcome:
    try:
        for key, source in sources.items():
            _copy(source, request.outputs[key].partial)
        return Success(publish_files(request.outputs, written_outputs(request.outputs)))
    except DataError as error:
        # Its text says all: it has no line of the author's.
        return Failure(ErrorRecord(type(error).__name__, str(error)))
    except Exception as error:  # the disk is full, say
        return Failure(error_record(error))
    finally:
        remove_unfinished(request)


def _copy(source: str, destination: str) -> None:
    for name in files.file_names(source):
        one = name == "."
        files.copy_file(
            source if one else f"{source}/{name}",
            f"{destination}/value" if one else f"{destination}/{name}",
        )
