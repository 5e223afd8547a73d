"""`tfx.types.channel_utils`: channels without a producer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.channel import union as union
from pipeline_lib.errors import AuthoringError


def as_channel(artifacts: Iterable[Artifact]) -> Channel:
    """A channel of the artifacts' type, to declare an output with.

    Raises:
        AuthoringError: there are none, or they are of several types.
    """
    types = {type(artifact) for artifact in artifacts}
    if len(types) != 1:
        names = sorted(one.__name__ for one in types)
        raise AuthoringError(f"as_channel(...) takes artifacts of one type, got {names}.")
    return Channel(type=types.pop())


def artifact_query(
    artifact_type: type[Artifact],
    *,
    producer_component_id: str | None = None,
    output_key: str | None = None,
) -> Channel:
    """What the store holds of a type from earlier runs, for a `Resolver`."""
    return Channel(
        type=artifact_type, producer_component_id=producer_component_id, output_key=output_key
    )


def external_pipeline_artifact_query(
    artifact_type: type[Artifact],
    *,
    pipeline_name: str,
    producer_component_id: str,
    output_key: str,
    owner: str = "",
    pipeline_run_id: str = "",
    pipeline_run_tags: Sequence[str] = (),
) -> Channel:
    """What the store holds of a type from another pipeline, for a `Resolver`.

    Raises:
        AuthoringError: `owner` or more than one tag is given, which the store does not know.
    """
    if owner or len(pipeline_run_tags) > 1:
        raise AuthoringError(
            "external_pipeline_artifact_query(...): pipelines have no owner here, and runs are "
            f"found by one tag; got owner={owner!r} and pipeline_run_tags={pipeline_run_tags!r}."
        )
    return Channel(
        type=artifact_type,
        producer_component_id=producer_component_id,
        output_key=output_key,
        pipeline_name=pipeline_name,
        run_id=pipeline_run_id or None,
        tag=next(iter(pipeline_run_tags), None),
    )
