"""`plib lineage`."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from datetime import datetime

import click

from pipeline_lib.artifacts import files
from pipeline_lib.cli.examples import examples
from pipeline_lib.cli.exit_codes import debug_option
from pipeline_lib.cli.output import json_option, write, write_json
from pipeline_lib.cli.store_option import open_existing_store, store_option
from pipeline_lib.errors import DataError
from pipeline_lib.metadata.lineage import Direction, LinkKind
from pipeline_lib.metadata.queries import ArtifactQuery
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.report.as_json import lineage_json
from pipeline_lib.report.lineage_tree import lineage_tree
from pipeline_lib.report.wording import moment


def _seconds(ctx: click.Context, param: click.Parameter, given: str | None) -> float | None:
    """Seconds since the epoch, of a date with or without a time of day, or as they were given."""
    if given is None:
        return None
    try:
        return float(given)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(given.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise click.BadParameter(
            "expected a date like 2026-01-31, a time like 2026-01-31T23:59:00, or seconds since "
            f"the epoch, got {given!r}."
        ) from None


@click.command(
    "lineage",
    epilog=examples(
        "plib lineage 12",
        "plib lineage .plib/penguin/Trainer/model/7 --upstream",
        "plib lineage 12 --downstream --depth 1",
        "plib lineage 12 --as-of 2026-01-31T12:00",
    ),
)
@click.argument("artifact", metavar="URI-or-ID")
@click.option("--upstream", is_flag=True, help="Only what it was made of.")
@click.option("--downstream", is_flag=True, help="Only what was made of it.")
@click.option(
    "--as-of",
    callback=_seconds,
    metavar="TIME",
    help="As the store was at this time: an ISO date or time, or seconds since the epoch.",
)
@click.option("--depth", type=click.IntRange(min=1), help="Over how many nodes to go at most.")
@store_option
@json_option
@debug_option
def command(
    artifact: str,
    upstream: bool,
    downstream: bool,
    as_of: float | None,
    depth: int | None,
    store_path: str | None,
    as_json: bool,
) -> None:
    """Show what an artifact was made of, and what was made of it.

    The artifact is given by its id, as 'plib show' tells it, or by its URI; a model that was pushed
    also by the directory that it was pushed to. A result that was taken from the cache later is
    shown at the node that made it, as reused.
    """
    asked = {Direction.UPSTREAM: upstream, Direction.DOWNSTREAM: downstream}
    directions = [one for one, is_asked in asked.items() if is_asked] or list(Direction)
    with closing(open_existing_store(store_path)) as store:
        artifact_id = _find_artifact(artifact, store)
        lineage = store.lineage([artifact_id], directions, depth, as_of)
    if artifact_id not in lineage.artifacts:
        raise DataError(_not_there(artifact, artifact_id, as_of))
    if as_json:
        write_json(lineage_json(lineage, artifact_id))
    else:
        write(lineage_tree(lineage, artifact_id, directions))


def _find_artifact(typed: str, store: MetadataStore) -> int:
    """The id that was typed, or that of the artifact at the URI.

    Raises:
        DataError: no artifact is at the URI, or several are.
    """
    if typed.isdecimal():
        return int(typed)
    uri = typed.rstrip("/") or typed
    places = [uri, os.path.abspath(uri)] if files.is_local(uri) else [uri]
    found = next(filter(None, map(store.artifact_ids, places)), None) or _pushed_to(places, store)
    if not found:
        raise DataError(
            f"The store holds no artifact at {places[-1]!r}. "
            "'plib show RUN' lists the artifacts of a run with their URIs and ids."
        )
    if len(found) > 1:
        listed = "\n".join(_candidates(found, store))
        raise DataError(f"{len(found)} artifacts are at {typed!r}. Give the id of one:\n{listed}")
    return found[0]


def _pushed_to(places: Sequence[str], store: MetadataStore) -> list[int]:
    """The push that wrote to one of the places, newest first."""
    for place in places:
        query = ArtifactQuery("PushedModel", custom_properties={"pushed_destination": place})
        found = [one.id for one in store.artifacts(query)]
        if found:
            return found[:1]
    return []


def _candidates(artifact_ids: Collection[int], store: MetadataStore) -> Iterator[str]:
    lineage = store.lineage(artifact_ids, [Direction.UPSTREAM], 1)
    for artifact_id in artifact_ids:
        artifact = lineage.artifacts[artifact_id]
        writers = [
            f", by {execution.instance} in run {execution.run_id}"
            for link in lineage.of_artifact(artifact_id, LinkKind.WRITTEN)
            for execution in [lineage.executions[link.execution_id]]
        ]
        recorded = f"recorded {moment(artifact.created)}"
        yield f"  {artifact_id}  {artifact.record.type_name}, {recorded}{''.join(writers)}"


def _not_there(typed: str, artifact_id: int, as_of: float | None) -> str:
    if as_of is not None:
        return f"The store held no artifact {typed!r} at {moment(as_of)}."
    return (
        f"The store holds no artifact {artifact_id}. "
        "'plib show RUN' lists the artifacts of a run with their ids."
    )
