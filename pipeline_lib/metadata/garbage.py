"""Which files of old runs nobody needs any more, and removing them.

Needed is what a kept run has read or written, also by a hit in the cache, and what a live model
was made of: one that was pushed last to its destination, or blessed last in its pipeline. Files
outside the folder of the node that recorded them are the user's, and are never touched.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.lineage import Direction
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunRecord, RunState

HasEnded = Callable[[RunRecord], bool]


@dataclass(frozen=True)
class GarbageArtifact:
    """An artifact whose files may go, and the execution that wrote it."""

    record: ArtifactRecord
    execution: ExecutionRecord
    output_key: str


@dataclass(frozen=True)
class Garbage:
    """What may go.

    Attributes:
        runs: the runs that are not kept.
        running: those that are kept only because they have not ended.
        artifacts: those of their outputs that nobody needs and whose files are there.
        unpublished: with the run that each belongs to, their executions that did not succeed.
    """

    runs: tuple[RunRecord, ...]
    running: tuple[RunRecord, ...]
    artifacts: tuple[GarbageArtifact, ...]
    unpublished: tuple[tuple[RunRecord, ExecutionRecord], ...]


def is_recorded_as_ended(run: RunRecord) -> bool:
    """Whether the store says that a run has ended, which it does not of one that was killed."""
    return run.state is not RunState.RUNNING


def find_garbage(
    store: MetadataStore,
    keep_last: int,
    pipeline_name: str = "",
    has_ended: HasEnded = is_recorded_as_ended,
) -> Garbage:
    """What may go if the last runs of each pipeline are kept, and all that are still running.

    Args:
        store: where to look.
        keep_last: how many runs of each pipeline to keep.
        pipeline_name: keep all runs of the other pipelines.
        has_ended: whether nobody runs a run any more.
    """
    too_many = _too_many(store.runs(), keep_last, pipeline_name)
    old = [run for run in too_many if has_ended(run)]
    executions = [(run, one) for run in old for one in store.executions(run.run_id)]
    written = {
        one.record.id: one for run, execution in executions for one in _written(run, execution)
    }
    needed = _needed(store, old)
    folders = set(_with_folders_above(needed.values()))
    return Garbage(
        runs=tuple(old),
        running=tuple(run for run in too_many if run not in old),
        artifacts=tuple(
            one
            for one in written.values()
            if one.record.id not in needed
            and one.record.uri not in folders
            and files.exists(one.record.uri)
        ),
        unpublished=tuple(item for item in executions if not item[1].state.is_success),
    )


def remove_artifacts(
    store: MetadataStore, garbage: Garbage, has_ended: HasEnded = is_recorded_as_ended
) -> list[GarbageArtifact]:
    """Mark the artifacts as deleted, then remove their files.

    If this is interrupted, what is marked and still there is garbage the next time as well.

    Returns:
        Those that were spared because a run that began or was taken up meanwhile uses them.

    Raises:
        OSError: a file cannot be removed.
    """
    store.mark_deleted([one.record.id for one in garbage.artifacts])
    # From now on no run finds them; one may have found them before.
    old_ids = {run.run_id for run in garbage.runs}
    old = [run for run in store.runs() if run.run_id in old_ids and has_ended(run)]
    needed = _needed(store, old)
    spared = [one for one in garbage.artifacts if one.record.id in needed]
    if spared:
        store.mark_live([one.record.id for one in spared])
    for one in garbage.artifacts:
        if one not in spared:
            _remove(one.record.uri, one.output_key)
    return spared


def _too_many(
    newest_first: Iterable[RunRecord], keep_last: int, pipeline_name: str
) -> list[RunRecord]:
    seen: dict[str, int] = {}
    too_many = []
    for run in newest_first:
        seen[run.pipeline_name] = seen.get(run.pipeline_name, 0) + 1
        is_asked_for = pipeline_name in ("", run.pipeline_name)
        if is_asked_for and seen[run.pipeline_name] > keep_last:
            too_many.append(run)
    return too_many


def _written(run: RunRecord, execution: ExecutionRecord) -> Iterator[GarbageArtifact]:
    """What the execution wrote into its node's own folder."""
    if not run.pipeline_root:
        return
    for key, artifacts in execution.outputs.items():
        folder = f"{run.pipeline_root.rstrip('/')}/{execution.node_id}/{key}"
        for artifact in artifacts:
            if _is_below(artifact.uri, folder):
                yield GarbageArtifact(artifact, execution, key)


def _is_below(uri: str, folder: str) -> bool:
    if files.is_local(uri):
        # Through a link the files may be somewhere else.
        uri, folder = os.path.realpath(uri), os.path.realpath(folder)
    return uri.startswith(f"{folder}/")


def _needed(store: MetadataStore, old: Sequence[RunRecord]) -> dict[int, str]:
    """Ids and URIs of the artifacts that must stay."""
    old_ids = {run.run_id for run in old}
    runs = store.runs()
    used = {
        artifact.id: artifact.uri
        for run in runs
        if run.run_id not in old_ids
        for execution in store.executions(run.run_id)
        for artifacts in (*execution.inputs.values(), *execution.outputs.values())
        for artifact in artifacts
    }
    live = _live(store, {run.pipeline_name for run in runs})
    ancestry = store.lineage(live, [Direction.UPSTREAM]).artifacts
    return {**used, **{one.record.id: one.record.uri for one in ancestry.values()}}


def _live(store: MetadataStore, pipeline_names: Collection[str]) -> set[int]:
    """Ids of what makes a model live: its push, or its blessing."""
    pushed = store.artifacts(ArtifactQuery("PushedModel", custom_properties={"pushed": 1}))
    latest_pushes = {_destination(one): one.id for one in reversed(pushed)}
    live = set(latest_pushes.values())
    for name in pipeline_names:
        query = ArtifactQuery("ModelBlessing", name, custom_properties={"blessed": 1})
        blessings = store.artifacts(query)
        live.update(one.id for one in blessings[:1])
        live.update(_of_the_newest_model(blessings))
    return live


def _destination(push: ArtifactRecord) -> str:
    """Where pushes replace each other: the folder of the versions."""
    version = str(push.custom_properties.get("pushed_destination", ""))
    return os.path.dirname(version) or f"push {push.id}"


def _of_the_newest_model(blessings: Sequence[ArtifactRecord]) -> set[int]:
    """The newest model that is blessed, which need not have been blessed last."""
    models = [one.custom_properties.get("current_model_id") for one in blessings]
    ids = [one for one in models if isinstance(one, int) and one > 0]
    return {max(ids)} if ids else set()


def _with_folders_above(uris: Iterable[str]) -> Iterator[str]:
    for uri in uris:
        while uri:
            yield uri
            uri = uri.rpartition("/")[0]


def _remove(uri: str, output_key: str) -> None:
    files.remove(uri)
    folder = os.path.dirname(uri)
    # The file of a value stands in a folder of its own, below that of the output.
    if os.path.basename(folder) != output_key and not files.names_in(folder):
        files.remove(folder)
