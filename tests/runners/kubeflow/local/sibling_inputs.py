"""A specification as `kfp.local` can read it.

Its conditions and loops look for their parameters among the inputs of the DAG around the task,
where KFP's compiler happens to put most, and not among the inputs of the task, where the format has
them. So a task that has a condition or an iterator and is told something by a task beside it is put
into a DAG of its own, whose inputs they are. Nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

_FROM_OUTSIDE = {"parameters": "componentInputParameter", "artifacts": "componentInputArtifact"}


def with_outer_inputs(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The same pipeline, in which no condition or iterator reads a task beside its own."""
    changed: dict[str, Any] = deepcopy(dict(spec))
    components = changed["components"]
    for component in [changed["root"], *list(components.values())]:
        for name, task in component.get("dag", {}).get("tasks", {}).items():
            if _is_told_beside(task):
                _wrap(name, task, components)
    return changed


def _is_told_beside(task: Mapping[str, Any]) -> bool:
    asks = "condition" in task.get("triggerPolicy", {}) or "parameterIterator" in task
    given = task.get("inputs", {}).get("parameters", {}).values()
    return asks and any("taskOutputParameter" in source for source in given)


def _wrap(name: str, task: dict[str, Any], components: dict[str, Any]) -> None:
    """Make `task` the task of a DAG that holds what it was."""
    wrapper = f"{task['componentRef']['name']}-around-{name}"
    inner = deepcopy(task)
    inner.pop("dependentTasks", None)
    for side, kind in (
        ("parameters", "componentInputParameter"),
        ("artifacts", "componentInputArtifact"),
    ):
        given = inner["inputs"].get(side)
        if given:
            inner["inputs"][side] = {key: {kind: key} for key in given}
    declared = deepcopy(components[task["componentRef"]["name"]]["inputDefinitions"])
    item = task.get("parameterIterator", {}).get("itemInput")
    declared.get("parameters", {}).pop(item, None)
    components[wrapper] = {"inputDefinitions": declared, "dag": {"tasks": {name: inner}}}
    task["componentRef"] = {"name": wrapper}
    task.pop("triggerPolicy", None)
    task.pop("parameterIterator", None)
