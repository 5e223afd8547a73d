"""What a compiled pipeline on a cluster says of this library's pipeline: its IR, and its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.runners.kubeflow.spec.packing import unpack

_STEPS = "pipeline_lib.runners.kubeflow.steps"


def pipeline_in(spec: Mapping[str, Any], run_id: str) -> ir.Pipeline:
    """The pipeline that a compiled one holds.

    Raises:
        RunNotFoundError: it holds none: it was not compiled by this library.
    """
    for container in _containers(spec).values():
        texts = _values(container, "--pipeline")
        if texts:
            return unpack(texts)
    raise RunNotFoundError(
        f"Run {run_id!r} is not one of a pipeline that was compiled with this library, or the "
        "cluster does not keep its pipeline any more."
    )


def node_of_task(spec: Mapping[str, Any]) -> dict[str, str]:
    """For each task that is a step of a node, by its name: the node's full id."""
    given = {name: _values(container, "--node") for name, container in _containers(spec).items()}
    return {name: nodes[0] for name, nodes in given.items() if nodes}


def container_tasks(spec: Mapping[str, Any]) -> frozenset[str]:
    """Names of the tasks that run in a container."""
    return frozenset(_containers(spec))


def _containers(spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The container of each task that has one, by the task's name."""
    executors = spec.get("deploymentSpec", {}).get("executors", {})
    components = spec.get("components", {})
    found = {}
    for dag in [spec.get("root", {}), *components.values()]:
        for name, task in dag.get("dag", {}).get("tasks", {}).items():
            component = components.get(task.get("componentRef", {}).get("name"), {})
            executor = executors.get(component.get("executorLabel"), {})
            if "container" in executor:
                found[name] = executor["container"]
    return found


def _values(container: Mapping[str, Any], option: str) -> list[str]:
    """What is given for an option of a step's command line; nothing where it is no step."""
    if _STEPS not in container.get("command", ()):
        return []
    values, is_given = [], False
    for argument in container.get("args", ()):
        if argument.startswith("--"):
            is_given = argument == option
        elif is_given:
            values.append(argument)
    return values
