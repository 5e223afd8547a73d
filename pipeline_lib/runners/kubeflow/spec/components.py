"""The components of a pipeline and their executors, each stored once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.spec.artifact_types import artifact_type
from pipeline_lib.runners.kubeflow.spec.names import Names

COMPONENT_VARIABLE = "PIPELINE_LIB_COMPONENT"
"""Tells containers apart that are equal but for what they read and write: Kubeflow finds the spec
of a component by the digest of its container."""


@dataclass(frozen=True)
class Signature:
    """What a component reads and writes.

    Attributes:
        inputs: Kubeflow's types of its input parameters.
        outputs: Kubeflow's types of its output parameters.
        input_artifacts: types of the artifacts that Kubeflow hands it.
        output_artifacts: types of the artifacts that it shows Kubeflow.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    input_artifacts: Mapping[str, ir.ArtifactType] = field(default_factory=dict)
    output_artifacts: Mapping[str, ir.ArtifactType] = field(default_factory=dict)

    def definitions(self) -> dict[str, Any]:
        """As part of a component."""
        sides = {
            "inputDefinitions": _side(self.inputs, self.input_artifacts),
            "outputDefinitions": _side(self.outputs, self.output_artifacts),
        }
        return {name: side for name, side in sides.items() if side}


class Components:
    """Collects the components of a pipeline.

    Attributes:
        components: by name.
        executors: containers, by label.
        pods: what the Pods of executors have on Kubernetes, by label.
    """

    def __init__(self) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self.executors: dict[str, dict[str, Any]] = {}
        self.pods: dict[str, dict[str, Any]] = {}
        self._names = Names()
        self._known: dict[str, str] = {}
        self._containers: set[str] = set()

    def container(
        self, wanted: str, signature: Signature, container: dict[str, Any], pod: dict[str, Any]
    ) -> str:
        """Name of the component with a container; one that is equal is taken again."""
        definitions = signature.definitions()
        key = _text([definitions, container, pod])
        if key in self._known:
            return self._known[key]
        name = self._names.take(wanted)
        if _text(container) in self._containers:
            mark = {"name": COMPONENT_VARIABLE, "value": name}
            container = {**container, "env": [*container.get("env", ()), mark]}
        self._containers.add(_text(container))
        component, label = f"comp-{name}", f"exec-{name}"
        self.components[component] = {"executorLabel": label, **definitions}
        self.executors[label] = {"container": container}
        if pod:
            self.pods[label] = pod
        self._known[key] = component
        return component

    def dag(self, wanted: str, inputs: Mapping[str, str], tasks: Mapping[str, Any]) -> str:
        """Name of a component that is a DAG."""
        name = f"comp-{self._names.take(wanted)}"
        self.components[name] = {"dag": {"tasks": tasks}, **Signature(inputs).definitions()}
        return name


def _side(
    parameters: Mapping[str, str], artifacts: Mapping[str, ir.ArtifactType]
) -> dict[str, Any]:
    side: dict[str, Any] = {}
    if artifacts:
        side["artifacts"] = {
            key: {"artifactType": artifact_type(declared)} for key, declared in artifacts.items()
        }
    if parameters:
        side["parameters"] = {name: {"parameterType": one} for name, one in parameters.items()}
    return side


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
