"""What a process needs to execute a node, and what comes back. Both can be pickled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.executors import ClassExecutor, ContainerExecutor, FunctionExecutor
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.ir.node import NodeOptions
from pipeline_lib.metadata.store import ErrorRecord


@dataclass(frozen=True)
class Image:
    """A container image: its name, and the id of what had that name when the node was driven."""

    name: str
    id: str

    def __str__(self) -> str:
        return self.name if self.id == self.name else f"{self.name} {self.id}"


@dataclass(frozen=True)
class OutputSlot:
    """Where one output is written.

    Attributes:
        type: type of the artifact.
        final: directory that will hold the output.
        partial: directory that holds it while it is being written.
    """

    type: ArtifactType
    final: str
    partial: str


@dataclass(frozen=True)
class ExecutionRequest:
    """One execution of a Python executor, or of a command in a container.

    Attributes:
        types: artifact type of each input.
        inputs: artifacts by input key.
        outputs: slots by output key.
        parameters: values by name, absent optional ones as `None`.
        system_dir: directory of this execution for its log and temporary files.
        options: how it is run.
        environment: variables that are set for it, those that hold secrets among them.
        image: image that it runs in, if it does.
        command: program and arguments of a container component.
        reads: local paths that its parameters name.
        writes: local directories that it may write to besides its outputs.
    """

    executor: FunctionExecutor | ClassExecutor | ContainerExecutor
    pipeline_name: str
    run_id: str
    node_id: str
    execution_id: int
    types: Mapping[str, ArtifactType]
    inputs: Mapping[str, Sequence[ArtifactRecord]]
    outputs: Mapping[str, OutputSlot]
    parameters: Mapping[str, Any]
    beam_pipeline_args: tuple[str, ...]
    system_dir: str
    options: NodeOptions = field(default_factory=NodeOptions)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    image: Image | None = None
    command: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def log_uri(self) -> str:
        """Where the executor's output goes, if it does not go to the terminal."""
        return f"{self.system_dir}/log.txt"


@dataclass(frozen=True)
class Success:
    """The executor succeeded; its outputs are in their final place."""

    outputs: Mapping[str, Sequence[ArtifactRecord]] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """The executor failed, or the process that it ran in."""

    error: ErrorRecord


@dataclass(frozen=True)
class Canceled:
    """The execution was stopped from outside."""

    reason: str


Outcome = Success | Failure | Canceled
