"""Artifacts that a node will find at its inputs or write at its outputs, and what they tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipeline_lib.artifacts.artifact import Artifact, PropertyType
from pipeline_lib.artifacts.value_artifact import value_artifact_class
from pipeline_lib.dsl.json_values import container_type
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.dsl.placeholder_base import Build, Placeholder, checked_key
from pipeline_lib.errors import AuthoringError, did_you_mean
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    Expression,
    Index,
    InputArtifacts,
    OutputArtifacts,
    SplitUri,
)

if TYPE_CHECKING:
    from pipeline_lib.dsl.channel import RunChannel
    from pipeline_lib.dsl.for_each import ForEach


class ArtifactPlaceholder(Placeholder):
    """One artifact.

    Args:
        name: what messages call it.
        artifact_class: its type; `None` where only the component that it is used in knows it.
    """

    def __init__(
        self,
        build: Build,
        name: str,
        artifact_class: type[Artifact] | None,
        channels: tuple[RunChannel, ...] = (),
        loops: tuple[ForEach, ...] = (),
    ) -> None:
        super().__init__(build, channels, loops)
        self.artifact_class = artifact_class
        self._name = name

    @property
    def value(self) -> ValuePlaceholder:
        """The value in the artifact's file.

        Raises:
            AuthoringError: artifacts of that type hold no single value.
        """
        if self.artifact_class is None:
            return self._derive(ArtifactValue)
        type_name = self.artifact_class.TYPE_NAME
        if value_artifact_class(type_name) is None:
            raise AuthoringError(
                f"{self._name}.value: artifacts of type {type_name!r} hold no value that a "
                "placeholder can read. Read a property, or let a component return the value."
            )
        known = _VALUE_TYPES.get(type_name) or container_type(self.artifact_class)
        return self._derive(ArtifactValue, known)

    @property
    def uri(self) -> ValuePlaceholder:
        """The artifact's URI."""
        return self._derive(ArtifactUri, str)

    def split_uri(self, split: str) -> ValuePlaceholder:
        """URI of one split of the artifact.

        Raises:
            AuthoringError: artifacts of that type have no splits.
        """
        if self.artifact_class and "split_names" not in self.artifact_class.PROPERTIES:
            raise AuthoringError(
                f"{self._name}.split_uri({split!r}): artifacts of type "
                f"{self.artifact_class.TYPE_NAME!r} have no splits. Read the uri."
            )
        return self._derive(lambda of: SplitUri(of, split), str)

    def property(self, name: str) -> ValuePlaceholder:
        """A property that the artifact's type declares.

        Raises:
            AuthoringError: the type declares no such property.
        """
        if self.artifact_class is None:
            return self._derive(lambda of: ArtifactProperty(of, name))
        declared = self.artifact_class.PROPERTIES
        if name not in declared:
            raise AuthoringError(
                f"{self._name}.property({name!r}): artifact type "
                f"{self.artifact_class.TYPE_NAME!r} declares no property {name!r}."
                f"{did_you_mean(name, declared)}"
            )
        return self._derive(
            lambda of: ArtifactProperty(of, name), _PROPERTY_TYPES.get(declared[name].type)
        )

    def custom_property(self, name: str) -> ValuePlaceholder:
        """A free property that the producing component sets."""
        checked = checked_key(name, f"{self._name}.custom_property")
        return self._derive(lambda of: ArtifactProperty(of, checked, custom=True))

    def _derive(
        self, wrap: Callable[[Expression], Expression], value_type: type | None = None
    ) -> ValuePlaceholder:
        return ValuePlaceholder.of(wrap, self, value_type=value_type)


class ArtifactsPlaceholder(Placeholder):
    """A list of artifacts. What one artifact tells can be read of the list: of its first."""

    def __init__(
        self,
        build: Build,
        name: str,
        artifact_class: type[Artifact] | None = None,
        channels: tuple[RunChannel, ...] = (),
    ) -> None:
        super().__init__(build, channels)
        self._artifact_class = artifact_class
        self._name = name

    def __getitem__(self, position: int) -> ArtifactPlaceholder:
        """One artifact of the list."""
        if isinstance(position, bool) or not isinstance(position, int):
            raise AuthoringError(
                f"{self._name}[...] takes a position, got {position!r} "
                f"of type {type(position).__name__}."
            )
        return self._element(
            lambda reader: Index(self.to_expression(reader), position), f"{self._name}[...]"
        )

    @property
    def value(self) -> ValuePlaceholder:
        """The value in the first artifact's file."""
        return self[0].value

    @property
    def uri(self) -> ValuePlaceholder:
        """The first artifact's URI."""
        return self[0].uri

    def split_uri(self, split: str) -> ValuePlaceholder:
        """URI of one split of the first artifact."""
        return self[0].split_uri(split)

    def property(self, name: str) -> ValuePlaceholder:
        """A declared property of the first artifact."""
        return self[0].property(name)

    def custom_property(self, name: str) -> ValuePlaceholder:
        """A free property of the first artifact."""
        return self[0].custom_property(name)

    def _element(self, build: Build, name: str) -> ArtifactPlaceholder:
        return ArtifactPlaceholder(build, name, self._artifact_class, self.channels, self.loops)


class ChannelFuture(ArtifactsPlaceholder):
    """The list of artifacts that a channel will hold: `channel.future()`."""

    def __init__(self, channel: RunChannel) -> None:
        super().__init__(
            lambda reader: InputArtifacts(reader.input_key(channel)),
            f"{channel!r}.future()",
            channel.type,
            (channel,),
        )


class _OutputPlaceholder(ArtifactPlaceholder):
    """One artifact that the node itself will write."""

    @property
    def value(self) -> ValuePlaceholder:
        """Refused: the node writes it.

        Raises:
            AuthoringError: always.
        """
        raise AuthoringError(
            f"{self._name}.value: the value is not there before the node has written it. "
            "Read the uri, to write there."
        )


class _OutputList(ArtifactsPlaceholder):
    def _element(self, build: Build, name: str) -> ArtifactPlaceholder:
        return _OutputPlaceholder(build, name, self._artifact_class)


def input(key: str) -> ArtifactsPlaceholder:
    """The artifacts at an input of the node itself: `input("model")[0].uri`."""
    checked = checked_key(key, "input")
    return ArtifactsPlaceholder(lambda _: InputArtifacts(checked), f"input({key!r})")


def output(key: str) -> ArtifactsPlaceholder:
    """The artifacts at an output of the node itself: `output("model")[0].uri`."""
    checked = checked_key(key, "output")
    return _OutputList(lambda _: OutputArtifacts(checked), f"output({key!r})")


_VALUE_TYPES: Mapping[str, type] = {
    "Integer": int,
    "Float": float,
    "String": str,
    "Boolean": bool,
    "Bytes": bytes,
}
"""Type of the value in each value artifact; a `JsonValue` may hold any."""

_PROPERTY_TYPES: Mapping[PropertyType, type] = {
    PropertyType.INT: int,
    PropertyType.FLOAT: float,
    PropertyType.STRING: str,
    PropertyType.BOOLEAN: bool,
}
