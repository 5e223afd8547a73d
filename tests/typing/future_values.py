"""What an editor knows of values that only the run has."""

from __future__ import annotations

from typing_extensions import assert_type

from pipeline_lib import placeholders
from pipeline_lib.dsl.artifact_placeholder import ArtifactPlaceholder
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.placeholder import Predicate, ValuePlaceholder


def what_a_channel_tells(channel: OutputChannel) -> None:
    artifact = channel.future()[0]
    assert_type(artifact, ArtifactPlaceholder)
    assert_type(artifact.uri + "/weights", ValuePlaceholder)
    assert_type(artifact.value, ValuePlaceholder)
    assert_type(artifact.value[0], ValuePlaceholder)
    assert_type(artifact.custom_property("blessed") == 1, Predicate)
    assert_type((artifact.value > 3) & ~(artifact.value > 5), Predicate)
    _ = artifact.urri  # type: ignore[attr-defined]


assert_type(placeholders.input("model")[0].uri, ValuePlaceholder)
assert_type(placeholders.join_path("a", placeholders.exec_property("name")), ValuePlaceholder)
