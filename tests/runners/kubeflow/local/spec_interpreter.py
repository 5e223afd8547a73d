"""Interprets a compiled `PipelineSpec` on this machine, one container after another.

This is a stand-in for Kubeflow, for tests alone: it does what its back end is documented to do with
tasks, conditions, iterators, retries and parameters, and starts each container's own command line
with the `ExecutorInput` that KFP would give it. It schedules nothing, mounts nothing, and knows
neither Argo nor Kubernetes: what they do differently, no test that uses it can show. The true local
executors of `kfp` run the same documents in `tests/runners/kubeflow/local/test_kfp_local.py`.

What it takes from Argo: a DAG starts nothing more once a task of it has failed; a task whose
condition is false has not succeeded, so that nothing starts that waits for it; a DAG has succeeded
if none of its tasks has failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tests.runners.kubeflow.local.cel import is_true

_PLACEHOLDER = re.compile(r"\{\{\$(?P<path>[^}]*)\}\}")
_PARAMETER = re.compile(r"\.inputs\.parameters\['([^']+)'\]")
_PATH = re.compile(r"\.(inputs|outputs)\.artifacts\['([^']+)'\]\.path")


class TaskState(Enum):
    """What has become of a task."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_STARTED = "not started"


@dataclass(frozen=True)
class Container:
    """A container that is to be run."""

    image: str
    command: Sequence[str]
    environment: Mapping[str, str]


RunContainer = Callable[[Container], int]
"""Runs a container to its end; its exit code."""


@dataclass
class Outputs:
    """What a task has given: parameters and artifacts by name."""

    parameters: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, Any] = field(default_factory=dict)


class SpecInterpreter:
    """Runs one compiled pipeline.

    Args:
        spec: the `PipelineSpec` as a dict.
        run_id: what KFP would call the run.
        folder: for the files that pass between the tasks.
        run_container: how containers are run.

    Attributes:
        started: names of the tasks whose containers were started, in their order.
    """

    def __init__(
        self, spec: Mapping[str, Any], run_id: str, folder: Path, run_container: RunContainer
    ) -> None:
        self._spec = spec
        self._run_id = run_id
        self._folder = folder
        self._run_container = run_container
        self.started: list[str] = []

    def run(self, parameters: Mapping[str, Any] | None = None) -> TaskState:
        """Run all of it. Numbers become doubles, as in KFP."""
        declared = self._spec["root"].get("inputDefinitions", {}).get("parameters", {})
        values = {
            name: one["defaultValue"] for name, one in declared.items() if "defaultValue" in one
        }
        values |= parameters or {}
        given = {name: _as_doubles(value) for name, value in values.items()}
        return self._run_dag(self._spec["root"]["dag"], given)

    def _run_dag(self, dag: Mapping[str, Any], inputs: Mapping[str, Any]) -> TaskState:
        tasks = dag["tasks"]
        states: dict[str, TaskState] = {}
        outputs: dict[str, Outputs] = {}
        order = TopologicalSorter({name: sorted(_upstream(one)) for name, one in tasks.items()})
        for name in order.static_order():
            outputs[name] = Outputs()
            if not _starts(tasks[name], states):
                states[name] = TaskState.NOT_STARTED
                continue
            given = self._inputs(tasks[name], inputs, outputs)
            states[name] = self._run_task(name, tasks[name], given, outputs[name])
        failed = TaskState.FAILED in states.values()
        return TaskState.FAILED if failed else TaskState.SUCCEEDED

    def _inputs(
        self, task: Mapping[str, Any], outer: Mapping[str, Any], outputs: Mapping[str, Outputs]
    ) -> Outputs:
        given = Outputs()
        inputs = task.get("inputs", {})
        for name, source in inputs.get("parameters", {}).items():
            match source:
                case {"componentInputParameter": outer_name}:
                    if outer_name in outer:
                        given.parameters[name] = outer[outer_name]
                case {"runtimeValue": {"constant": constant}}:
                    given.parameters[name] = constant
                case {"taskOutputParameter": read}:
                    told = outputs[read["producerTask"]].parameters
                    given.parameters[name] = told[read["outputParameterKey"]]
                case _:
                    raise AssertionError(f"parameter {name!r} comes from {source}")
        for name, source in inputs.get("artifacts", {}).items():
            read = source["taskOutputArtifact"]
            given.artifacts[name] = outputs[read["producerTask"]].artifacts[
                read["outputArtifactKey"]
            ]
        return given

    def _run_task(
        self, name: str, task: Mapping[str, Any], given: Outputs, outputs: Outputs
    ) -> TaskState:
        condition = task.get("triggerPolicy", {}).get("condition", "")
        if condition and not is_true(condition, given.parameters):
            return TaskState.NOT_STARTED
        component = self._spec["components"][task["componentRef"]["name"]]
        iterator = task.get("parameterIterator")
        if iterator is not None:
            assert "dag" in component, "only DAGs are iterated over"
            items = given.parameters[iterator["items"]["inputParameter"]]
            states = [
                self._run_dag(component["dag"], {**given.parameters, iterator["itemInput"]: item})
                for item in items
            ]
            return TaskState.FAILED if TaskState.FAILED in states else TaskState.SUCCEEDED
        if "dag" in component:
            assert not given.artifacts, "no artifact passes into a DAG"
            return self._run_dag(component["dag"], given.parameters)
        attempts = int(task.get("retryPolicy", {}).get("maxRetryCount", 0)) + 1
        for _ in range(attempts):
            if self._attempt(name, component, given, outputs):
                return TaskState.SUCCEEDED
        return TaskState.FAILED

    def _attempt(
        self, name: str, component: Mapping[str, Any], given: Outputs, outputs: Outputs
    ) -> bool:
        declared = component.get("inputDefinitions", {}).get("parameters", {})
        assert set(given.parameters) <= set(declared), (name, given.parameters, declared)
        self.started.append(name)
        folder = self._folder / f"{len(self.started)}-{name}"
        executor_input = _executor_input(component, given, folder)
        executor = self._spec["deploymentSpec"]["executors"][component["executorLabel"]]
        container = executor["container"]
        words = [*container["command"], *container.get("args", ())]
        command = [self._replaced(word, executor_input) for word in words]
        environment = {one["name"]: one["value"] for one in container.get("env", ())}
        if self._run_container(Container(container["image"], command, environment)):
            return False
        _read_outputs(component, executor_input, outputs)
        return True

    def _replaced(self, word: str, executor_input: Mapping[str, Any]) -> str:
        return _PLACEHOLDER.sub(
            lambda found: self._value(found.group("path"), executor_input), word
        )

    def _value(self, path: str, executor_input: Mapping[str, Any]) -> str:
        if not path:
            return json.dumps(executor_input)
        if path == ".pipeline_job_uuid":
            return self._run_id
        if parameter := _PARAMETER.fullmatch(path):
            value = executor_input["inputs"]["parameterValues"][parameter.group(1)]
            return value if isinstance(value, str) else json.dumps(value)
        if artifact := _PATH.fullmatch(path):
            side, key = artifact.groups()
            uri: str = executor_input[side]["artifacts"][key]["artifacts"][0]["uri"]
            return uri
        raise AssertionError(f"placeholder {path!r}")


def _upstream(task: Mapping[str, Any]) -> set[str]:
    found = set(task.get("dependentTasks", ()))
    inputs = task.get("inputs", {})
    for source in (*inputs.get("parameters", {}).values(), *inputs.get("artifacts", {}).values()):
        for kind in ("taskOutputParameter", "taskOutputArtifact"):
            if kind in source:
                found.add(source[kind]["producerTask"])
    return found


def _starts(task: Mapping[str, Any], states: Mapping[str, TaskState]) -> bool:
    if task.get("triggerPolicy", {}).get("strategy") == "ALL_UPSTREAM_TASKS_COMPLETED":
        return True
    if TaskState.FAILED in states.values():
        return False
    return all(states[one] is TaskState.SUCCEEDED for one in _upstream(task))


def _executor_input(component: Mapping[str, Any], given: Outputs, folder: Path) -> dict[str, Any]:
    outputs = component.get("outputDefinitions", {})
    return {
        "inputs": {
            "parameterValues": {name: _as_doubles(one) for name, one in given.parameters.items()},
            "artifacts": {name: {"artifacts": [one]} for name, one in given.artifacts.items()},
        },
        "outputs": {
            "parameters": {
                name: {"outputFile": str(folder / "parameters" / name)}
                for name in outputs.get("parameters", {})
            },
            "artifacts": {
                key: {"artifacts": [_allocated(key, one, folder)]}
                for key, one in outputs.get("artifacts", {}).items()
            },
            "outputFile": str(folder / "executor_output.json"),
        },
    }


def _allocated(key: str, declared: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "name": key,
        "type": declared["artifactType"],
        "uri": str(folder / "artifacts" / key),
        "metadata": {},
    }


def _read_outputs(
    component: Mapping[str, Any], executor_input: Mapping[str, Any], outputs: Outputs
) -> None:
    declared = component.get("outputDefinitions", {})
    for name, one in declared.get("parameters", {}).items():
        text = Path(executor_input["outputs"]["parameters"][name]["outputFile"]).read_text()
        is_text = one["parameterType"] == "STRING"
        outputs.parameters[name] = text if is_text else _as_doubles(json.loads(text))
    told = Path(executor_input["outputs"]["outputFile"])
    written = json.loads(told.read_text()).get("artifacts", {}) if told.exists() else {}
    for key in declared.get("artifacts", {}):
        allocated = executor_input["outputs"]["artifacts"][key]
        (outputs.artifacts[key],) = written.get(key, allocated)["artifacts"]


def _as_doubles(value: Any) -> Any:
    """A value as protobuf's `Value` holds it."""
    match value:
        case bool():
            return value
        case int():
            return float(value)
        case list():
            return [_as_doubles(one) for one in value]
        case dict():
            return {key: _as_doubles(one) for key, one in value.items()}
    return value
