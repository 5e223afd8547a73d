"""What a node reads and writes.

Fields and names are those of `pipeline.proto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.frozen import FrozenFields


@dataclass(frozen=True)
class ArtifactType(FrozenFields):
    """An artifact type: name, declared properties, and where its Python class can be imported."""

    name: str
    properties: Mapping[str, PropertyType] = field(default_factory=dict)
    class_path: str = ""


@dataclass(frozen=True)
class NodeOutput:
    """Artifacts that a node of the same pipeline writes in the same run."""

    node_id: str
    output_key: str


@dataclass(frozen=True)
class PipelineInput:
    """Artifacts at an input of the node whose `PipelineExecutor` holds this node."""

    key: str


@dataclass(frozen=True)
class StoreQuery(FrozenFields):
    """Artifacts that the store holds. Each field narrows the choice; an empty one does not.

    Attributes:
        pipeline_name: runs of this pipeline; empty means the pipeline that asks.
        node_id: those that this node wrote.
        output_key: those that the node wrote at this output.
        run_id: those that this run wrote.
        tag: those that runs with this tag wrote.
        properties: those with these values of declared properties.
        custom_properties: those with these values of free properties.
    """

    node_id: str = ""
    output_key: str = ""
    pipeline_name: str = ""
    run_id: str = ""
    tag: str = ""
    properties: Mapping[str, Literal] = field(default_factory=dict)
    custom_properties: Mapping[str, Literal] = field(default_factory=dict)


InputSource = NodeOutput | PipelineInput | StoreQuery


@dataclass(frozen=True)
class Input:
    """What arrives at an input: the union of its sources.

    A `hidden` input feeds expressions only and is not handed to the executor.
    """

    type: ArtifactType
    sources: tuple[InputSource, ...]
    min_count: int = 1
    max_count: int | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Output:
    """One artifact that the node writes."""

    type: ArtifactType
