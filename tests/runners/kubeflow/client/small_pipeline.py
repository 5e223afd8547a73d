"""A pipeline of two nodes, and the smallest document in which a cluster could hold it."""

from __future__ import annotations

from typing import Any

import yaml

from pipeline_lib import OutputDict, Parameter, Pipeline, compile, component, ir
from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.runners.kubeflow.spec.packing import pack


@component
def Load(rows: Parameter[int]) -> OutputDict(count=int):  # type: ignore[valid-type]
    return {"count": rows}


@component
def Divide(count: int) -> OutputDict(result=float):  # type: ignore[valid-type]
    return {"result": 12 / count}


def small_pipeline(root: str = "s3://bucket/small") -> Pipeline:
    load = Load(rows=RuntimeParameter("rows", int, default=4))
    divide = Divide(count=load.outputs["count"]).with_options(retries=1)
    return Pipeline("small", root, [load, divide])


def compiled(root: str = "s3://bucket/small") -> ir.Pipeline:
    return compile(small_pipeline(root))


def small_document(pipeline: ir.Pipeline, *, name: str = "small") -> str:
    """A PipelineSpec with a task for the beginning and one for each node, as YAML.

    The compiler's own documents hold more; what the client reads in them is in this one, too.
    """
    steps = {"begin": ["begin", "--pipeline", *pack(pipeline)]}
    for node in pipeline.nodes:
        steps[node.id.lower()] = ["node", "--node", node.id]
    spec: dict[str, Any] = {
        "pipelineInfo": {"name": name},
        "schemaVersion": "2.1.0",
        "root": {
            "inputDefinitions": {"parameters": {"rows": {"parameterType": "NUMBER_INTEGER"}}},
            "dag": {
                "tasks": {
                    task: {"taskInfo": {"name": task}, "componentRef": {"name": f"comp-{task}"}}
                    for task in steps
                }
            },
        },
        "components": {f"comp-{task}": {"executorLabel": f"exec-{task}"} for task in steps},
        "deploymentSpec": {
            "executors": {
                f"exec-{task}": {
                    "container": {
                        "image": "registry.example/small:1",
                        "command": ["python3", "-m", "pipeline_lib.runners.kubeflow.steps"],
                        "args": arguments,
                    }
                }
                for task, arguments in steps.items()
            }
        },
    }
    return str(yaml.safe_dump(spec))
