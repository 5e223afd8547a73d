"""Checks a document: every reference has its end, every value the type that its reader takes.

Kubeflow finds such mistakes when a task starts, or not at all. They would be this library's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_READ = re.compile(r"inputs\.parameter_values\['([^']*)'\]")
_CONSTANTS: Mapping[str, tuple[type, ...]] = {
    "STRING": (str,),
    "BOOLEAN": (bool,),
    "NUMBER_INTEGER": (int, float),
    "NUMBER_DOUBLE": (int, float),
    "LIST": (list,),
    "STRUCT": (dict,),
}
_Spec = Mapping[str, Any]


def check_document(document: KubeflowDocument) -> None:
    """Refuse a document that Kubeflow Pipelines could not run.

    Raises:
        InvalidPipelineError: it is wrong; the message names each place.
    """
    wrong = [*_wrong_in_spec(document.spec), *_wrong_in_platform(document)]
    if wrong:
        raise InvalidPipelineError(
            "The document for Kubeflow is not valid: " + "; ".join(wrong) + ". "
            "Please report this with the pipeline."
        )


def _wrong_in_spec(spec: _Spec) -> Iterator[str]:
    components: Mapping[str, _Spec] = {"root": spec["root"], **spec["components"]}
    executors = spec["deploymentSpec"]["executors"]
    by_container: dict[str, _Spec] = {}
    for name, component in components.items():
        if not _NAME.fullmatch(name):
            yield f"component name {name!r}"
        if "dag" in component:
            yield from _wrong_in_dag(name, component, components)
            continue
        label = component["executorLabel"]
        if label not in executors:
            yield f"component {name!r} has no executor {label!r}"
            continue
        container = json.dumps(executors[label], sort_keys=True)
        known = by_container.setdefault(container, _definitions(component))
        if known != _definitions(component):
            yield f"component {name!r} has the container of another one"
    yield from _unused(components, executors)


def _definitions(component: _Spec) -> _Spec:
    return {name: part for name, part in component.items() if name != "executorLabel"}


def _unused(components: Mapping[str, _Spec], executors: _Spec) -> Iterator[str]:
    dags = [one["dag"]["tasks"] for one in components.values() if "dag" in one]
    used = {task["componentRef"]["name"] for tasks in dags for task in tasks.values()} | {"root"}
    for name in sorted(set(components) - used):
        yield f"nothing runs component {name!r}"
    labels = {one["executorLabel"] for one in components.values() if "executorLabel" in one}
    for label in sorted(set(executors) - labels):
        yield f"no component has executor {label!r}"


def _wrong_in_dag(name: str, component: _Spec, components: Mapping[str, _Spec]) -> Iterator[str]:
    tasks: Mapping[str, _Spec] = component["dag"]["tasks"]
    if not tasks:
        yield f"component {name!r} has no tasks"
    waits = {task: one.get("dependentTasks", ()) for task, one in tasks.items()}
    for task, one in tasks.items():
        where = f"task {task!r} of {name!r}"
        if not _NAME.fullmatch(task):
            yield f"the name of {where}"
        if one["componentRef"]["name"] not in components:
            yield f"{where} runs {one['componentRef']['name']!r}, which is not there"
            continue
        unknown = sorted(set(waits[task]) - set(tasks))
        yield from (f"{where} waits for {other!r}, which is not there" for other in unknown)
        yield from _wrong_in_task(where, one, component, tasks, components)
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        yield f"{name!r} has the cycle {' -> '.join(error.args[1])}"


def _wrong_in_task(
    where: str,
    task: _Spec,
    around: _Spec,
    tasks: Mapping[str, _Spec],
    components: Mapping[str, _Spec],
) -> Iterator[str]:
    taken = components[task["componentRef"]["name"]].get("inputDefinitions", {})
    iterator = task.get("parameterIterator", {})
    for side in ("parameters", "artifacts"):
        wanted = {key: _type(one) for key, one in taken.get(side, {}).items()}
        if side == "parameters" and iterator:
            if wanted.pop(iterator["itemInput"], None) is None:
                yield f"{where} takes no item {iterator['itemInput']!r}"
            if wanted.get(iterator["items"]["inputParameter"]) != "LIST":
                yield f"{where} goes through {iterator['items']['inputParameter']!r}, no list"
        sources = task.get("inputs", {}).get(side, {})
        for key in sorted(set(wanted) ^ set(sources)):
            yield f"{where} is given or takes {key!r}, and not both"
        for key in sorted(set(wanted) & set(sources)):
            given = _given(sources[key], side, around, tasks, components)
            fits = given == wanted[key] or _is_constant(sources[key], wanted[key])
            if not fits:
                yield f"{where} takes {key!r} as {wanted[key]}, and is given {given}"
            producer = _producer(sources[key])
            if producer and producer not in task.get("dependentTasks", ()):
                yield f"{where} reads {producer!r} and does not wait for it"
    condition = task.get("triggerPolicy", {}).get("condition", "")
    for read in _READ.findall(condition):
        if read not in task.get("inputs", {}).get("parameters", {}):
            yield f"{where} has a condition on {read!r}, which it is not given"


def _given(
    source: _Spec,
    side: str,
    around: _Spec,
    tasks: Mapping[str, _Spec],
    components: Mapping[str, _Spec],
) -> str | None:
    """Type of what a source gives; `None` for nothing, and for a constant."""
    match source:
        case {"componentInputParameter": key} | {"componentInputArtifact": key}:
            defined = around.get("inputDefinitions", {})
        case {"taskOutputParameter": {"producerTask": task, "outputParameterKey": key}} | {
            "taskOutputArtifact": {"producerTask": task, "outputArtifactKey": key}
        } if task in tasks:
            component = components.get(tasks[task]["componentRef"]["name"], {})
            defined = component.get("outputDefinitions", {})
        case _:
            return None
    found = defined.get(side, {}).get(key)
    return None if found is None else _type(found)


def _is_constant(source: _Spec, wanted: str) -> bool:
    constant = source.get("runtimeValue", {}).get("constant")
    return isinstance(constant, _CONSTANTS.get(wanted, ()))


def _producer(source: _Spec) -> str:
    for kind in ("taskOutputParameter", "taskOutputArtifact"):
        if kind in source:
            return str(source[kind]["producerTask"])
    return ""


def _type(definition: _Spec) -> str:
    if "parameterType" in definition:
        return str(definition["parameterType"])
    return str(definition["artifactType"]["schemaTitle"])


def _wrong_in_platform(document: KubeflowDocument) -> Iterator[str]:
    executors = document.spec["deploymentSpec"]["executors"]
    kubernetes = document.platform.get("platforms", {}).get("kubernetes", {})
    for label in kubernetes.get("deploymentSpec", {}).get("executors", {}):
        if label not in executors:
            yield f"the platform has an executor {label!r}, which the pipeline has not"
