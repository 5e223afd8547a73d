"""Whether a document is small enough for Argo, which runs what Kubeflow makes of it.

The Argo workflow is predicted part by part, as Kubeflow's compiler builds it: each component and
each container once, as JSON in a text of JSON; each task twice in its template; and the state that
Argo keeps of each task, which holds what its driver was given once more, and is compressed. A text
that does not compress, the compiled pipeline above all, counts in full in each place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline_lib import ir
from pipeline_lib.errors import AuthoringError
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from pipeline_lib.runners.kubeflow.spec.packing import LONGEST_TEXT

LARGEST_WORKFLOW = 2**20
"""Bytes: where Argo gives up by default. The database of Kubernetes takes half as much again."""

LARGEST_ARGUMENT = 2**17 - 1
"""Bytes: Linux starts no program with a longer argument, and Kubeflow hands parts on as such."""

_FRAME = 24_000
"""Bytes of a workflow in which nothing is run: its metadata and Kubeflow's own templates."""
_TASK = 1_800
"""Bytes of a task besides its spec: two templates' entries and what Argo notes of its nodes."""
_COPIES_OF_TASK = 2
_STATE_COPIES = 4
"""How often the state of a task holds the spec of its container."""
_COMPRESSION = 8
"""At least, of the JSON of many tasks; it is mostly names that come again."""
_SHOWN = 3


@dataclass(frozen=True)
class Part:
    """A part of the workflow: what it is, and its bytes in each place together."""

    name: str
    size: int


def check_size(document: KubeflowDocument, pipeline: ir.Pipeline) -> None:
    """Refuse a document from which Kubeflow would make more than Argo or Linux takes.

    Raises:
        AuthoringError: it would; the message names the largest parts and what to do.
    """
    for part in _arguments(document):
        if part.size > LARGEST_ARGUMENT:
            raise AuthoringError(
                f"Pipeline {pipeline.name!r} is too large for Kubeflow: {part.name} takes "
                f"{_shown(part.size)}, and as an argument of Kubeflow's driver it may take "
                f"{_shown(LARGEST_ARGUMENT)}. {_advice(pipeline)}"
            )
    parts = predicted_parts(document)
    size = sum(part.size for part in parts)
    if size > LARGEST_WORKFLOW:
        largest = sorted(parts, key=lambda part: -part.size)[:_SHOWN]
        named = ", ".join(f"{part.name} ({_shown(part.size)})" for part in largest)
        raise AuthoringError(
            f"Pipeline {pipeline.name!r} is too large for Kubeflow: its Argo workflow would take "
            f"about {_shown(size)}, and may take {_shown(LARGEST_WORKFLOW)}. The largest parts: "
            f"{named}. {_advice(pipeline)}"
        )


def predicted_parts(document: KubeflowDocument) -> list[Part]:
    """The parts of the Argo workflow that Kubeflow would make, with their predicted sizes."""
    spec = document.spec
    executors = spec["deploymentSpec"]["executors"]
    components = {"root": spec["root"], **spec["components"]}
    parts = [Part("Kubeflow's own templates", _FRAME)]
    parts += [Part(f"component {name!r}", _quoted(one)) for name, one in components.items()]
    parts += [_executor_part(label, one) for label, one in executors.items()]
    parts.append(Part("what its Pods have on Kubernetes", _quoted(document.platform)))
    for name, one in components.items():
        tasks = one.get("dag", {}).get("tasks", {})
        size = sum(_task_size(task, components, executors) for task in tasks.values())
        if tasks:
            parts.append(Part(f"the {len(tasks)} tasks of component {name!r}", size))
    return parts


def _executor_part(label: str, executor: Mapping[str, Any]) -> Part:
    """A container, and what of it stays as large wherever it is noted."""
    solid = sum(map(len, _solid_texts(executor)))
    name = "the compiled pipeline" if solid else f"executor {label!r}"
    return Part(name, _quoted(executor) + _STATE_COPIES * solid)


def _task_size(
    task: Mapping[str, Any], components: Mapping[str, Any], executors: Mapping[str, Any]
) -> int:
    component = components[task["componentRef"]["name"]]
    executor = executors.get(component.get("executorLabel", ""), {})
    copied = _quoted(component) + _quoted(task)
    copied += _STATE_COPIES * (_quoted(executor) - sum(map(len, _solid_texts(executor))))
    return _TASK + _COPIES_OF_TASK * _quoted(task) + copied // _COMPRESSION


def _solid_texts(executor: Mapping[str, Any]) -> Iterable[str]:
    """The arguments that are compressed already."""
    words = executor.get("container", {}).get("args", [])
    return [
        word
        for before, word in pairwise(words)
        if before == "--pipeline" and len(word) <= LONGEST_TEXT
    ]


def _arguments(document: KubeflowDocument) -> Iterable[Part]:
    """What Kubeflow hands to its drivers, one argument each."""
    spec = document.spec
    for name, component in {"root": spec["root"], **spec["components"]}.items():
        count = len(component.get("dag", {}).get("tasks", {}))
        held = f"component {name!r} with its {count} tasks" if count else f"component {name!r}"
        yield Part(held, _plain(component))
    for label, executor in spec["deploymentSpec"]["executors"].items():
        solid = any(_solid_texts(executor))
        name = f"executor {label!r}" + (" with the compiled pipeline" if solid else "")
        yield Part(name, _plain(executor["container"]))


def _advice(pipeline: ir.Pipeline) -> str:
    sources = sum(len(text) for one in pipeline.sources for text in one.files.values())
    carried = f" It carries {_shown(sources)} of module files." if sources > LONGEST_TEXT else ""
    return (
        "Put long values of parameters into files, many nodes of one level into sub-pipelines or "
        f"loops, and what is still too large into two pipelines.{carried}"
    )


def _plain(value: object) -> int:
    return len(_json(value).encode())


def _quoted(value: object) -> int:
    """Bytes of a value as JSON in a text of JSON."""
    return len(json.dumps(_json(value)))


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _shown(size: int) -> str:
    return f"{size / 1024:,.0f} KiB"
