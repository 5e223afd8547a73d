"""Pipelines compiled for a cluster that is like no other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline_lib import Pipeline, compile, ir
from pipeline_lib.ir.kubernetes import KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret
from pipeline_lib.runners.kubeflow.spec.compile_spec import compile_spec
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument

REMOTE = KubeflowSettings(
    StoreFromSecret("pipeline-store", "url"), "pipelines:1", pipeline_root="s3://bucket/root"
)
MOUNTED = replace(
    REMOTE,
    pipeline_root="/shared/root",
    kubernetes=KubernetesOptions(volumes=[PersistentVolumeClaim("shared", "/shared")]),
)


def document_of(
    pipeline: Pipeline | ir.Pipeline, settings: KubeflowSettings = REMOTE
) -> KubeflowDocument:
    compiled = pipeline if isinstance(pipeline, ir.Pipeline) else compile(pipeline)
    return compile_spec(compiled, settings)


def tasks_of(document: KubeflowDocument, component: str) -> Mapping[str, Any]:
    """The tasks of a component that is a DAG."""
    components = {"root": document.spec["root"], **document.spec["components"]}
    tasks: Mapping[str, Any] = components[component]["dag"]["tasks"]
    return tasks


def container_of(document: KubeflowDocument, component: str) -> Mapping[str, Any]:
    label = document.spec["components"][component]["executorLabel"]
    container: Mapping[str, Any] = document.spec["deploymentSpec"]["executors"][label]["container"]
    return container


def without_pipeline(document: KubeflowDocument) -> KubeflowDocument:
    """The document without the compiled pipeline in it, which changes with every edit of code."""
    executors = dict(document.spec["deploymentSpec"]["executors"])
    container = executors["exec-begin"]["container"]
    words = [
        "<the compiled pipeline>" if before == "--pipeline" else word
        for before, word in zip(["", *container["args"]], container["args"], strict=False)
    ]
    executors["exec-begin"] = {"container": {**container, "args": words}}
    return replace(document, spec={**document.spec, "deploymentSpec": {"executors": executors}})
