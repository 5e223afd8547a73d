"""Finding a run or a schedule on a cluster by what the user typed."""

from __future__ import annotations

from pipeline_lib.errors import RunNotFoundError, did_you_mean
from pipeline_lib.runners.kubeflow.client.cluster import Cluster
from pipeline_lib.runners.kubeflow.client.schedules import schedules

_LOOKED_AT = 100
"""How many of the newest runs the beginning of an id is looked for in."""

_WHOLE_ID = 36
"""Characters in a UUID, as Kubeflow's ids are."""


def find_run_id(typed: str, cluster: Cluster) -> str:
    """The id that was typed, the one that begins so, or that of the `latest` run.

    Raises:
        RunNotFoundError: there is none, or several ids begin so.
    """
    if len(typed) == _WHOLE_ID:
        return typed
    ids = [run.run_id for run in cluster.runs(1 if typed == "latest" else _LOOKED_AT)]
    if typed == "latest" and ids:
        return ids[0]
    matching = [run_id for run_id in ids if run_id.startswith(typed)]
    if typed in matching:
        return typed
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise RunNotFoundError(
            f"{len(matching)} runs have an id that begins with {typed!r}. Give more of it."
        )
    raise RunNotFoundError(
        f"None of the newest {len(ids)} runs on the cluster has an id that begins with {typed!r}. "
        "'plib kubeflow runs' lists them."
    )


def find_schedule_id(typed: str, cluster: Cluster) -> str:
    """The id of the schedule of that id or that name.

    Raises:
        RunNotFoundError: there is none, or several have that name.
    """
    held = schedules(cluster)
    if any(one.schedule_id == typed for one in held):
        return typed
    named = [one.schedule_id for one in held if one.name == typed]
    if len(named) > 1:
        raise RunNotFoundError(
            f"{len(named)} schedules have the name {typed!r}: {', '.join(named)}. Give an id."
        )
    if not named:
        raise RunNotFoundError(
            f"The cluster has no schedule {typed!r}.{did_you_mean(typed, [o.name for o in held])}"
        )
    return named[0]
