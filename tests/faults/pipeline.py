"""The pipeline that the faults are injected into: a diamond, a loop, a sub-pipeline, values."""

from __future__ import annotations

import hashlib
import os
import resource
from collections.abc import Sequence
from pathlib import Path

from pipeline_lib import (
    ForEach,
    InputArtifact,
    OutputArtifact,
    OutputDict,
    Parameter,
    Pipeline,
    PipelineInputs,
    component,
    sqlite_metadata_connection_config,
    union,
)
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.standard_artifacts import Model
from tests.faults.misbehaviour import ENVIRONMENT_VARIABLE, misbehave

ELEMENTS = [0, 1, 2]

INSTANCES = (
    "source",
    "left",
    "right",
    "join",
    *(f"loop.{name}#{element}" for name in ("first", "second") for element in ELEMENTS),
    "collect",
    "sub.first",
    "sub.second",
    "last",
)
"""The nodes that do work."""

HOLDERS = ("loop", "sub")
"""The nodes that hold others."""

_CHUNKS, _CHUNK = 16, bytes(range(256)) * 16


@component
def Source(
    model: OutputArtifact[Model], folder: Parameter[str], name: Parameter[str]
) -> OutputDict(start=int, elements=list):  # type: ignore[valid-type]
    _work([], model, folder, name)
    return {"start": 1, "elements": ELEMENTS}


@component
def Work(
    models: InputArtifact[list[Model]],
    model: OutputArtifact[Model],
    folder: Parameter[str],
    name: Parameter[str],
    element: Parameter[int] = -1,
    number: Parameter[int] = 0,
) -> OutputDict(count=int):  # type: ignore[valid-type]
    _work(models, model, folder, name if element < 0 else f"{name}#{element}")
    return {"count": number + len(models)}


def create_pipeline(folder: str, timeout: float) -> Pipeline:
    """The pipeline; all that a run writes is below `folder`."""

    def options(name: str) -> dict[str, str]:
        return {"folder": folder, "name": name}

    source = Source(**options("source")).with_id("source")
    start = source.outputs["start"].future()[0].value
    left = Work(models=source.outputs["model"], number=start, **options("left")).with_id("left")
    right = Work(models=source.outputs["model"], **options("right")).with_id("right")
    both = union([left.outputs["model"], right.outputs["model"]])
    join = Work(models=both, **options("join")).with_id("join")
    with ForEach(source.outputs["elements"].future()[0].value, name="loop") as element:
        first = Work(models=source.outputs["model"], element=element, **options("loop.first"))
        first = first.with_id("first")
        second = Work(models=first.outputs["model"], element=element, **options("loop.second"))
        second = second.with_id("second")
    collect = Work(models=second.outputs["model"], **options("collect")).with_id("collect")
    inputs = PipelineInputs({"models": join.outputs["model"]})
    inner = Work(models=inputs["models"], **options("sub.first")).with_id("first")
    outer = Work(models=inner.outputs["model"], **options("sub.second")).with_id("second")
    sub = Pipeline(
        "sub",
        components=[inner, outer],
        inputs=inputs,
        outputs={"model": outer.outputs["model"]},
    )
    ends = union([collect.outputs["model"], sub.outputs["model"]])
    last = Work(
        models=ends, number=collect.outputs["count"].future()[0].value, **options("last")
    ).with_id("last")
    nodes = [source, left, right, join, first, second, collect, sub, last]
    for node in (source, left, right, join, first, second, collect, inner, outer, last):
        node.with_options(timeout=timeout)
    return Pipeline(
        "faults",
        f"{folder}/root",
        nodes,
        enable_cache=False,
        metadata_connection_config=sqlite_metadata_connection_config(f"{folder}/store/runs.sqlite"),
    )


def is_whole(directory: str) -> bool:
    """Whether an output is as the node wrote it."""
    payload, digest = Path(directory, "payload"), Path(directory, "digest")
    if not digest.exists():
        return False
    return hashlib.sha256(payload.read_bytes()).hexdigest() == digest.read_text()


def _work(models: Sequence[Artifact], model: Artifact, folder: str, name: str) -> None:
    _check_process(folder)
    for one in models:
        if not is_whole(one.uri):
            _tell(folder, "violations", f"{name} has read {one.uri}, which is not whole")
    misbehave(folder, name, "begin", model)
    _write(folder, name, model)
    _tell(folder, "done", name)
    misbehave(folder, name, "end", model)


def _write(folder: str, name: str, model: Artifact) -> None:
    digest = hashlib.sha256()
    with open(f"{model.uri}/payload", "wb") as payload:
        for number in range(_CHUNKS):
            chunk = _CHUNK + f"{name} {number}".encode()
            for _ in range(20):
                hashlib.sha256(chunk).hexdigest()
            digest.update(chunk)
            payload.write(chunk)
            payload.flush()
            if number == _CHUNKS // 2:
                misbehave(folder, name, "middle", model)
    Path(model.uri, "digest").write_text(digest.hexdigest())


def _check_process(folder: str) -> None:
    """What an earlier node did to its process must not be found by this one."""
    print("this node has a log")  # noqa: T201 - it must be possible
    found = {
        "environment variable": ENVIRONMENT_VARIABLE in os.environ,
        "directory": os.getcwd() != folder,
        "limit": resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY,
        "mask": os.umask(0o022) != 0o022,
    }
    for what, is_changed in found.items():
        if is_changed:
            _tell(folder, "violations", f"an earlier node has changed the {what}")


def _tell(folder: str, file: str, line: str) -> None:
    """Append a line that is on the disk when this returns."""
    descriptor = os.open(f"{folder}/{file}", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
