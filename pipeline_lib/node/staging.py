"""Local places for work that can only use paths: what is elsewhere is copied there and back."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.node.output_files import Records, moved_uri, uri_to_write
from pipeline_lib.node.request import ExecutionRequest, OutputSlot


def local_directory(system_dir: str) -> str:
    """A directory of this machine for an execution's own files: its system directory if local."""
    if files.is_local(system_dir):
        return system_dir
    digest = hashlib.sha256(system_dir.encode()).hexdigest()[:16]
    return os.path.join(tempfile.gettempdir(), f"plib-{os.getuid()}-{digest}")


def local_places(
    inputs: Mapping[str, Sequence[ArtifactRecord]],
    outputs: Mapping[str, OutputSlot],
    system_dir: str,
) -> dict[str, str]:
    """The path at which the work finds each artifact, by the URI of those that are elsewhere."""
    directory = local_directory(system_dir)
    places = {
        artifact.uri: f"{directory}/inputs/{key}/{position}"
        for key, artifacts in inputs.items()
        for position, artifact in enumerate(artifacts)
        if not files.is_local(artifact.uri)
    }
    for key, slot in outputs.items():
        local = _local_slot(key, slot, directory)
        places[uri_to_write(slot)] = uri_to_write(local)
    return {uri: path for uri, path in places.items() if uri != path}


class Staging:
    """The local side of a request whose work can only use paths.

    Attributes:
        request: the same work, with all that it reads and writes at local paths.
    """

    def __init__(self, request: ExecutionRequest) -> None:
        directory = local_directory(request.system_dir)
        self._original = request
        self._places = local_places(request.inputs, request.outputs, request.system_dir)
        self.request = replace(
            request,
            inputs={key: self._local_inputs(ones) for key, ones in request.inputs.items()},
            outputs={
                key: _local_slot(key, slot, directory) for key, slot in request.outputs.items()
            },
            system_dir=directory,
        )

    def fetch(self) -> None:
        """Copy the inputs that are elsewhere, and make the directories to be written."""
        for directory in self.made_directories():
            os.makedirs(directory, exist_ok=True)
        for artifacts in self._original.inputs.values():
            for artifact in artifacts:
                if artifact.uri in self._places:
                    _copy(artifact.uri, self._places[artifact.uri])

    def made_directories(self) -> Iterator[str]:
        """The directories that the work writes to."""
        yield self.request.system_dir
        yield from self.request.writes
        yield from (slot.partial for slot in self.request.outputs.values())

    def deliver(self, records: Records) -> dict[str, list[ArtifactRecord]]:
        """Copy the outputs to where they belong; their records as if they were written there."""
        delivered = {}
        for key, slot in self._original.outputs.items():
            local = self.request.outputs[key].partial
            if local != slot.partial:
                _copy(local, slot.partial)
            delivered[key] = [
                replace(one, uri=moved_uri(one.uri, local, slot.partial)) for one in records[key]
            ]
        return delivered

    def _local_inputs(self, artifacts: Sequence[ArtifactRecord]) -> list[ArtifactRecord]:
        return [replace(one, uri=self._places.get(one.uri, one.uri)) for one in artifacts]


def _local_slot(key: str, slot: OutputSlot, directory: str) -> OutputSlot:
    if files.is_local(slot.partial):
        return slot
    return replace(slot, partial=f"{directory}/outputs/{key}")


def _copy(source: str, destination: str) -> None:
    for name in files.file_names(source):
        if name == ".":
            files.copy_file(source, destination)
        else:
            files.copy_file(f"{source}/{name}", f"{destination}/{name}")
