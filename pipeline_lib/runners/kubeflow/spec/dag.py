"""The tasks of one DAG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.spec.components import Components

Source = Mapping[str, Any]
"""Where a task gets an input from, as Kubeflow writes it."""

_LONGEST_DELAY = "3600s"
"""Between two attempts: Kubeflow waits no longer."""


def constant(value: str) -> Source:
    """A value that is known when the pipeline is compiled."""
    return {"runtimeValue": {"constant": value}}


def told_by(task: str, parameter: str) -> Source:
    """An output parameter of another task of the DAG."""
    return {"taskOutputParameter": {"producerTask": task, "outputParameterKey": parameter}}


def written_by(task: str, key: str) -> Source:
    """An output artifact of another task of the DAG."""
    return {"taskOutputArtifact": {"producerTask": task, "outputArtifactKey": key}}


def retries(options: ir.NodeOptions) -> dict[str, Any]:
    """How often a task is tried again. Kubeflow waits for whole seconds: at least as long."""
    if not options.max_retries:
        return {}
    policy = {
        "maxRetryCount": options.max_retries,
        "backoffDuration": f"{math.ceil(options.retry_delay)}s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": _LONGEST_DELAY,
    }
    return {"retryPolicy": policy}


class Dag:
    """Collects tasks, and the parameters that the DAG takes from outside.

    Attributes:
        inputs: Kubeflow's types of these parameters.
        tasks: by name.
    """

    def __init__(self, components: Components) -> None:
        self.inputs: dict[str, str] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self._components = components

    def outer(self, name: str, kind: str) -> Source:
        """A parameter that the DAG takes from outside."""
        self.inputs[name] = kind
        return {"componentInputParameter": name}

    def add(
        self,
        name: str,
        component: str,
        after: Iterable[str] = (),
        parameters: Mapping[str, Source] | None = None,
        artifacts: Mapping[str, Source] | None = None,
        condition: str = "",
        **more: Any,
    ) -> None:
        """Add a task.

        Args:
            name: of the task.
            component: what it runs.
            after: names of tasks that must have succeeded.
            parameters: where it gets its input parameters from.
            artifacts: where it gets its input artifacts from.
            condition: in CEL; it runs where this is true.
            more: other fields of the task.
        """
        task: dict[str, Any] = {"componentRef": {"name": component}, "taskInfo": {"name": name}}
        if "executorLabel" in self._components.components[component]:
            # Off: a hit of Kubeflow's would pass by our record. Ours is decided in the step.
            task["cachingOptions"] = {}
        inputs = {"parameters": dict(parameters or {}), "artifacts": dict(artifacts or {})}
        given = {side: sources for side, sources in inputs.items() if sources}
        if given:
            task["inputs"] = given
        if after:
            task["dependentTasks"] = sorted(after)
        if condition:
            task["triggerPolicy"] = {"condition": condition}
        self.tasks[name] = task | more

    def add_dag(
        self,
        name: str,
        inner: Dag,
        after: Iterable[str] = (),
        parameters: Mapping[str, Source] | None = None,
        item: str = "",
        **more: Any,
    ) -> None:
        """Add a task that is a DAG itself; what it takes and is not given, this DAG takes, too.

        Args:
            name: of the task.
            inner: the DAG.
            after: names of tasks that must have succeeded.
            parameters: where it gets its input parameters from.
            item: the input parameter that each iteration gets from Kubeflow, if there are such.
            more: as in `add`.
        """
        component = self._components.dag(name, inner.inputs, inner.tasks)
        given = dict(parameters or {})
        for parameter, kind in inner.inputs.items():
            if parameter not in given and parameter != item:
                given[parameter] = self.outer(parameter, kind)
        self.add(name, component, after, given, **more)

    def last(self) -> list[str]:
        """The tasks that no other task waits for."""
        waited_for = {
            name for task in self.tasks.values() for name in task.get("dependentTasks", ())
        }
        return [name for name in self.tasks if name not in waited_for]
