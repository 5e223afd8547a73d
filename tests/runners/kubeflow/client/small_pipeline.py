"""A pipeline of two nodes, as written, as IR, and as a cluster holds it."""

from __future__ import annotations

from pipeline_lib import OutputDict, Parameter, Pipeline, RuntimeParameter, compile, component, ir
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner


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


def small_document(root: str = "s3://bucket/small") -> str:
    runner = KubeflowRunner("registry.example/small:1", store_secret=("plib", "url"))
    return runner.compile(small_pipeline(root)).to_yaml()
