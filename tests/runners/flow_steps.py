"""Components for tests of loops, sub-pipelines, options and resumed runs."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from pipeline_lib import InputArtifact, OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Integer, Model


@component
def Numbers(
    values: Parameter[list],  # type: ignore[type-arg]
) -> OutputDict(numbers=list):  # type: ignore[valid-type]
    return {"numbers": values}


@component
def Write(model: OutputArtifact[Model], text: Parameter[str] = "m") -> OutputDict(text=str):  # type: ignore[valid-type]
    Path(model.uri, "text").write_text(text)
    return {"text": text}


@component
def Append(
    model: InputArtifact[Model], longer: OutputArtifact[Model], text: Parameter[str] = "+"
) -> None:
    Path(longer.uri, "text").write_text(Path(model.uri, "text").read_text() + text)


@component
def Collect(models: InputArtifact[list[Model]]) -> OutputDict(texts=list):  # type: ignore[valid-type]
    return {"texts": [Path(model.uri, "text").read_text() for model in models]}


@component
def CollectIfAny(
    models: InputArtifact[list[Model]] | None = None,
) -> OutputDict(texts=list):  # type: ignore[valid-type]
    return {"texts": [Path(model.uri, "text").read_text() for model in models or []]}


@component
def Multiply(n: Parameter[int], by: Parameter[int] = 1) -> OutputDict(n=int):  # type: ignore[valid-type]
    return {"n": n * by}


@component
def FailAt(n: Parameter[int], at: Parameter[int]) -> OutputDict(n=int):  # type: ignore[valid-type]
    if n == at:
        raise ValueError(f"no {n}")
    return {"n": n}


@component
def Sum(numbers: InputArtifact[list[Integer]]) -> OutputDict(n=int):  # type: ignore[valid-type]
    return {"n": sum(number.value for number in numbers)}


@component
def Note(path: Parameter[str], text: Parameter[str]) -> OutputDict(done=int):  # type: ignore[valid-type]
    """Append a line to a file."""
    with open(path, "a") as stream:
        stream.write(f"{text}\n")
    return {"done": 1}


@component
def FailFirst(
    path: Parameter[str], times: Parameter[int], model: OutputArtifact[Model]
) -> OutputDict(attempt=int):  # type: ignore[valid-type]
    """Fail so many times; a file counts."""
    Path(model.uri, "text").write_text("half an output")
    with open(path, "a") as stream:
        stream.write("attempt\n")
    attempt = len(Path(path).read_text().splitlines())
    if attempt <= times:
        raise ValueError(f"attempt {attempt}")
    return {"attempt": attempt}


@component
def FailUnlessThere(path: Parameter[str]) -> OutputDict(done=int):  # type: ignore[valid-type]
    if not os.path.exists(path):
        raise FileNotFoundError("not there")
    return {"done": 1}


@component
def HangFirst(folder: Parameter[str]) -> OutputDict(done=int):  # type: ignore[valid-type]
    """The first time, tell a FIFO of this process and a child of its own, and hang."""
    if os.path.exists(f"{folder}/hung"):
        return {"done": 1}
    Path(folder, "hung").touch()
    child = subprocess.Popen(["tail", "-f", "/dev/null"])
    with open(f"{folder}/started", "w") as fifo:
        fifo.write(f"{os.getpid()} {child.pid}")
    signal.pause()
    return {"done": 0}


@component
def NoteAndHangAt(
    folder: Parameter[str], n: Parameter[int], at: Parameter[int], model: OutputArtifact[Model]
) -> None:
    """Note each call; at one number hang the first time, with half an output."""
    Path(model.uri, "text").write_text("half")
    with open(f"{folder}/ran", "a") as stream:
        stream.write(f"{n}\n")
    if n == at and not os.path.exists(f"{folder}/hung"):
        Path(folder, "hung").touch()
        with open(f"{folder}/started", "w") as fifo:
            fifo.write(str(os.getpid()))
        signal.pause()
    Path(model.uri, "text").write_text(str(n))
