"""What a compiled pipeline on a cluster says of this library's pipeline: its IR, and its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import RunNotFoundError
from pipeline_lib.runners.kubeflow.spec.containers import NODE_INPUT
from pipeline_lib.runners.kubeflow.spec.packing import unpack

_STEPS = "pipeline_lib.runners.kubeflow.steps"


def pipeline_in(spec: Mapping[str, Any], run_id: str) -> ir.Pipeline:
    """The pipeline that a compiled one holds.

    Raises:
        RunNotFoundError: it holds none: it was not compiled by this library.
    """
    for _, container in _contained(spec).values():
        texts = _values(container, "--pipeline")
        if texts:
            return unpack(texts)
    raise RunNotFoundError(
        f"Run {run_id!r} is not one of a pipeline that was compiled with this library, or the "
        "cluster does not keep its pipeline any more."
    )


def node_of_task(spec: Mapping[str, Any]) -> dict[str, str]:
    """For each task that is a step of a node, by its name: the node's full id."""
    nodes = {}
    for name, (task, container) in _contained(spec).items():
        given = task.get("inputs", {}).get("parameters", {}).get(NODE_INPUT, {})
        node = given.get("runtimeValue", {}).get("constant")
        if node is not None and _is_step(container):
            nodes[name] = str(node)
    return nodes


def container_tasks(spec: Mapping[str, Any]) -> frozenset[str]:
    """Names of the tasks that run in a container."""
    return frozenset(_contained(spec))


def _contained(spec: Mapping[str, Any]) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each task that runs in a container, and the container, by the task's name."""
    executors = spec.get("deploymentSpec", {}).get("executors", {})
    components = spec.get("components", {})
    found = {}
    for dag in [spec.get("root", {}), *components.values()]:
        for name, task in dag.get("dag", {}).get("tasks", {}).items():
            component = components.get(task.get("componentRef", {}).get("name"), {})
            executor = executors.get(component.get("executorLabel"), {})
            if "container" in executor:
                found[name] = (task, executor["container"])
    return found


def _is_step(container: Mapping[str, Any]) -> bool:
    return _STEPS in container.get("command", ())


def _values(container: Mapping[str, Any], option: str) -> list[str]:
    """What is given for an option of a step's command line; nothing where it is no step."""
    values, is_given = [], False
    for argument in container.get("args", ()) if _is_step(container) else ():
        if argument.startswith("--"):
            is_given = argument == option
        elif is_given:
            values.append(argument)
    return values
