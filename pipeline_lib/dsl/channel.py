"""Channels: how a node's output reaches another node's input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.artifact_placeholder import ChannelFuture
from pipeline_lib.dsl.given_later import GivenLater
from pipeline_lib.errors import AuthoringError, did_you_mean

if TYPE_CHECKING:
    from pipeline_lib.dsl.for_each import ForEach
    from pipeline_lib.dsl.node import BaseNode
    from pipeline_lib.dsl.pipeline import PipelineInputs

Self = TypeVar("Self", bound="Channel")


class Channel(GivenLater):
    """Artifacts of one type.

    `Channel(type=Model)` on its own stands for what the store holds from all runs of the pipeline
    and is read through a `Resolver`; the other arguments narrow the choice. A custom component may
    also pass one to declare an output.

    Args:
        type: artifact type.
        additional_properties: values that the artifacts' declared properties must have.
        additional_custom_properties: values that their free properties must have.
        producer_component_id: the node that wrote them.
        output_key: the output at which that node wrote them.
        pipeline_name: the pipeline whose runs wrote them, where it is not the one that asks.
        run_id: the run that wrote them.
        tag: a tag of the runs that wrote them.

    Raises:
        AuthoringError: `type` is no artifact type, or what narrows the choice can hold of none.
    """

    def __init__(
        self,
        type: type[Artifact],
        additional_properties: Mapping[str, Any] | None = None,
        additional_custom_properties: Mapping[str, Any] | None = None,
        producer_component_id: str | None = None,
        output_key: str | None = None,
        *,
        pipeline_name: str | None = None,
        run_id: str | None = None,
        tag: str | None = None,
    ) -> None:
        if not is_artifact_class(type):
            raise AuthoringError(f"Channel(type=...) takes an artifact type, got {type!r}.")
        where = f"Channel(type={type.TYPE_NAME})"
        for name, given in {
            "producer_component_id": producer_component_id,
            "output_key": output_key,
            "pipeline_name": pipeline_name,
            "run_id": run_id,
            "tag": tag,
        }.items():
            if given is not None and not isinstance(given, str):
                raise AuthoringError(f"{where}: {name} takes text, got {given!r}.")
        for name, value in (additional_properties or {}).items():
            _check_property(type, name, value, where)
        self.type = type
        self.additional_properties = dict(additional_properties or {})
        self.additional_custom_properties = dict(additional_custom_properties or {})
        self.producer_component_id = producer_component_id
        self.output_key = output_key
        self.pipeline_name = pipeline_name
        self.run_id = run_id
        self.tag = tag
        self.is_optional = False

    def as_optional(self: Self) -> Self:
        """The channel, for an input that shall do without artifacts where there are none.

            Report(model=latest_model.outputs["model"].as_optional())

        The input then finds it empty, also where its component says that it is required: a
        function gets `None`. What was given so to a sub-pipeline stays so inside.
        """
        made = copy(self)
        made.is_optional = True
        return made

    @property
    def type_name(self) -> str:
        """Name of the artifact type."""
        return self.type.TYPE_NAME

    def __repr__(self) -> str:
        return f"Channel(type={self.type_name})"


class RunChannel(Channel):
    """Artifacts that the run itself makes or is given."""

    def __str__(self) -> str:
        raise AuthoringError(
            f"{self!r} has no text while the pipeline is written. Read the value or the uri, "
            f"{self!r}.future()[0].uri, and join it with + or join([...])."
        )

    def future(self) -> ChannelFuture:
        """The artifacts that it will hold, for conditions: `channel.future()[0].value`."""
        return ChannelFuture(self)


class OutputChannel(RunChannel):
    """One output of a node: `node.outputs["model"]`."""

    output_key: str

    def __init__(self, type: type[Artifact], producer: BaseNode, output_key: str) -> None:
        super().__init__(type, output_key=output_key)
        self.producer = producer
        self._artifacts: tuple[Artifact, ...] | None = None

    def get(self) -> list[Artifact]:
        """The artifacts that an `InteractiveContext` has found or made here when it ran the node.

        Raises:
            AuthoringError: the node has not run there, or has failed.
        """
        if self._artifacts is None:
            raise AuthoringError(
                f"{self!r} holds nothing: node {self.producer.id!r} has not run in an "
                "InteractiveContext, or has failed. What a channel holds is known there only, "
                "after context.run(...)."
            )
        return list(self._artifacts)

    def hold(self, artifacts: Iterable[Artifact] | None) -> None:
        """Let `get` give these artifacts; `None` for none that are known."""
        self._artifacts = None if artifacts is None else tuple(artifacts)

    def __repr__(self) -> str:
        return f"{self.producer.id}.outputs[{self.output_key!r}]"


class LoopChannel(RunChannel):
    """The artifact that a `ForEach` has come to."""

    def __init__(self, type: type[Artifact], loop: ForEach) -> None:
        super().__init__(type)
        self.loop = loop

    def __repr__(self) -> str:
        return f"{self.loop.name}.item"


class PipelineInputChannel(RunChannel):
    """One input of a sub-pipeline, as the nodes inside it read it: `inputs["examples"]`."""

    output_key: str

    def __init__(self, inputs: PipelineInputs, key: str, outer: Channel) -> None:
        super().__init__(outer.type, output_key=key)
        self.inputs = inputs
        self.is_optional = outer.is_optional

    def __repr__(self) -> str:
        return f"PipelineInputs[{self.output_key!r}]"


class UnionChannel(RunChannel):
    """What several channels hold, in their order."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        self.channels = tuple(channels)
        for channel in self.channels:
            if not isinstance(channel, Channel):
                raise AuthoringError(
                    f"union(...) takes channels, got {channel!r} of type {type(channel).__name__}."
                )
        names = sorted({channel.type_name for channel in self.channels})
        if len(names) != 1:
            raise AuthoringError(
                f"union(...) takes channels of one artifact type, got {names or 'no channel'}."
            )
        super().__init__(self.channels[0].type)

    def __repr__(self) -> str:
        return f"union([{', '.join(map(repr, self.channels))}])"


def union(channels: Iterable[Channel]) -> UnionChannel:
    """What several channels of one type hold, as one input: `union([a.outputs["x"], ...])`.

    Among a `Resolver`'s inputs, those of earlier runs can be channels of it.

    Raises:
        AuthoringError: there is no channel, something is no channel, or the types differ.
    """
    return UnionChannel(channels)


def _check_property(artifact: type[Artifact], name: str, value: object, where: str) -> None:
    """Refuse a property that no artifact of the type can have."""
    declared = artifact.PROPERTIES.get(name)
    if declared is None:
        raise AuthoringError(
            f"{where}: artifact type {artifact.TYPE_NAME!r} declares no property {name!r}."
            f"{did_you_mean(name, artifact.PROPERTIES)} Free properties are additional_custom_"
            "properties."
        )
    if not declared.type.accepts(value):
        raise AuthoringError(
            f"{where}: property {name!r} holds {declared.type.name.lower()}, got {value!r} "
            f"of type {type(value).__name__}."
        )


def is_artifact_class(value: object) -> bool:
    """Whether `value` is an artifact class."""
    return isinstance(value, type) and issubclass(value, Artifact)
