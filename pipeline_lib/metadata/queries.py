"""What can be asked of a store about its artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline_lib.artifacts.artifact import ArtifactRecord, JsonValue


@dataclass(frozen=True)
class ArtifactQuery:
    """Artifacts of a type. Each field more narrows the choice; an empty one does not.

    What a run took from the cache counts as written by it, what it only read does not.

    Attributes:
        pipeline_name: those that runs of this pipeline wrote.
        node_id: those that this node wrote, or chose if it is a resolver.
        output_key: those that a node wrote at this output.
        run_id: those that this run wrote.
        tag: those that runs with this tag wrote.
        properties: those with these values of declared properties.
        custom_properties: those with these values of free properties.
    """

    type_name: str
    pipeline_name: str = ""
    node_id: str = ""
    output_key: str = ""
    run_id: str = ""
    tag: str = ""
    properties: Mapping[str, JsonValue] = field(default_factory=dict)
    custom_properties: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def asks_who_wrote(self) -> bool:
        """Whether the choice depends on what wrote the artifact."""
        return bool(
            self.pipeline_name or self.node_id or self.output_key or self.run_id or self.tag
        )

    def has_values(self, artifact: ArtifactRecord) -> bool:
        """Whether the artifact has the type and the values that are asked for."""
        return artifact.type_name == self.type_name and all(
            _same(given.get(name), value)
            for wanted, given in (
                (self.properties, artifact.properties),
                (self.custom_properties, artifact.custom_properties),
            )
            for name, value in wanted.items()
        )


def _same(left: JsonValue, right: JsonValue) -> bool:
    """Equal, where a number is no truth value."""
    return isinstance(left, bool) == isinstance(right, bool) and left == right
