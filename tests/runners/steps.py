"""Components for tests, in a module that workers can import."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline_lib import (
    Artifact,
    BaseComponent,
    BaseExecutor,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    InputArtifact,
    InputPath,
    OutputArtifact,
    OutputDict,
    Parameter,
    Property,
    PropertyType,
    component,
)
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.standard_artifacts import Model, ModelBlessing


class Report(Artifact):
    """An artifact type that only its author knows."""

    TYPE_NAME = "Report"
    PROPERTIES = {
        "pages": Property(PropertyType.INT),
        "score": Property(PropertyType.FLOAT),
        "title": Property(PropertyType.STRING),
        "outline": Property(PropertyType.JSON_VALUE),
    }
    pages: int
    score: float
    title: str
    outline: Any

    def text(self) -> str:
        return Path(self.uri, "text").read_text()


@component
def Count(start: Parameter[int] = 1) -> OutputDict(n=int):  # type: ignore[valid-type]
    return {"n": start}


@component
def TellVariables(names: Parameter[list]) -> OutputDict(text=str):  # type: ignore[type-arg, valid-type]
    return {"text": " ".join(str(os.environ.get(name)) for name in names)}


@component
def Add(n: int, amount: Parameter[int] = 1) -> OutputDict(n=int):  # type: ignore[valid-type]
    print("adding", amount)  # noqa: T201 - the log is under test
    return {"n": n + amount}


@component
def MaybeNothing(
    empty: Parameter[bool] = True,
) -> OutputDict(text=str | None):  # type: ignore[valid-type]
    return {"text": None if empty else ""}


@component
def Describe(text: str | None = "default") -> OutputDict(seen=str):  # type: ignore[valid-type]
    return {"seen": repr(text)}


@component
def Train(
    model: OutputArtifact[Model], blessing: OutputArtifact[ModelBlessing], blessed: Parameter[int]
) -> None:
    Path(model.uri, "weights").write_text("weights")
    model.set_string_custom_property("author", "me")
    blessing.set_int_custom_property("blessed", blessed)


@component
def Push(model: InputArtifact[Model]) -> OutputDict(pushed=str):  # type: ignore[valid-type]
    return {"pushed": Path(model.uri, "weights").read_text()}


@component
def PushIfThere(
    model: InputArtifact[Model] | None = None,
) -> OutputDict(pushed=str):  # type: ignore[valid-type]
    return {"pushed": "nothing" if model is None else "model"}


@component
def WriteReport(report: OutputArtifact[Report], text: Parameter[str] = "hello") -> None:
    Path(report.uri, "text").write_text(text)
    report.pages = 3
    report.score = 2
    report.title = "Title"
    report.outline = [1, 2.0, {"deep": 3}]
    report.set_json_value_custom_property("numbers", {"one": 1, "half": 0.5})
    report.name = "the report"


@component
def ReadReport(
    report: InputArtifact[Report],
) -> OutputDict(summary=str):  # type: ignore[valid-type]
    kind = f"{type(report).__module__}.{type(report).__name__}"
    summary = f"{kind} {report.text()} {report.pages} {report.score} {report.outline}"
    return {"summary": summary}


@component
def ReadFile(path: Parameter[InputPath]) -> OutputDict(text=str):  # type: ignore[valid-type]
    return {"text": Path(path).read_text()}


@component
def Where() -> OutputDict(pid=int, folder=str):  # type: ignore[valid-type]
    return {"pid": os.getpid(), "folder": os.getcwd()}


@component
def ChangeFolder() -> OutputDict(pid=int):  # type: ignore[valid-type]
    os.chdir("/")
    return {"pid": os.getpid()}


@component
def MeetAsWriter(fifo: Parameter[str]) -> OutputDict(pid=int):  # type: ignore[valid-type]
    signal.alarm(60)  # if nobody comes, this worker dies and the test fails
    with open(fifo, "w") as stream:
        stream.write("here")
    signal.alarm(0)
    return {"pid": os.getpid()}


@component
def MeetAsReader(fifo: Parameter[str]) -> OutputDict(pid=int):  # type: ignore[valid-type]
    signal.alarm(60)
    with open(fifo) as stream:
        assert stream.read() == "here"
    signal.alarm(0)
    return {"pid": os.getpid()}


class UnpicklableError(Exception):
    """Holds what no pickle can carry."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.hook = lambda: code


class UnprintableError(Exception):
    """Cannot even tell what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@component
def Fail(kind: Parameter[str], model: OutputArtifact[Model]) -> OutputDict(n=int):  # type: ignore[valid-type]
    Path(model.uri, "half").write_text("half an output")
    print("about to fail")  # noqa: T201 - the log is under test
    _FAILURES[kind]()
    return {"n": 1}


def _raise_value_error() -> None:
    raise ValueError("the data is bad")  # the author's line


def _raise_unpicklable() -> None:
    raise UnpicklableError(3, "no pickle")


def _raise_unprintable() -> None:
    raise UnprintableError


def _raise_at_length() -> None:
    raise ValueError("first" + " " * 10_000_000 + "last")


def _raise_undecodable() -> None:
    raise OSError("bad name \udcff")


def _raise_base_exception() -> None:
    raise GeneratorExit("odd")


def _recurse() -> None:
    _recurse()


def _exit() -> None:
    sys.exit(3)


def _exit_at_once() -> None:
    os._exit(3)


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


_FAILURES = {
    "value": _raise_value_error,
    "unpicklable": _raise_unpicklable,
    "unprintable": _raise_unprintable,
    "undecodable": _raise_undecodable,
    "at length": _raise_at_length,
    "base": _raise_base_exception,
    "recursion": _recurse,
    "exit": _exit,
    "exit at once": _exit_at_once,
    "kill": _kill_self,
    "crash": _crash,
}


@component
def SetProperty(kind: Parameter[str], model: OutputArtifact[Model]) -> None:
    Path(model.uri, "weights").write_text("weights")
    values: dict[str, Any] = {
        "object": object(),
        "nested object": {"deep": [object()]},
        "lambda": [lambda: None],
        "too large": 2**63,
        "nan in a list": [float("nan")],
        "surrogate": "\udcff",
    }
    if kind == "undeclared":
        model.properties["undeclared"] = 1
    elif kind == "number as name":
        model.name = 3
    elif kind == "surrogate as name":
        model.name = "\udcff"
    else:
        model.custom_properties["odd"] = values[kind]


@component
def Print() -> None:
    print("from the executor")  # noqa: T201 - the log is under test
    print("to standard error", file=sys.stderr)  # noqa: T201 - the log is under test
    subprocess.run(["sh", "-c", "echo from a child; echo child error >&2"], check=True)


@component
def PrintAndDie() -> None:
    print("last words")  # noqa: T201 - the log is under test
    os._exit(3)


@component
def CloseOutput() -> None:
    sys.stdout.close()


@component
def LeaveChildAndDie(folder: Parameter[str]) -> None:
    """Tell the test, through a FIFO, of a child that would run for ever; then die."""
    child = subprocess.Popen(["tail", "-f", "/dev/null"])
    with open(f"{folder}/child", "w") as fifo:
        fifo.write(str(child.pid))
    with open(f"{folder}/go") as fifo:
        fifo.read()
    os._exit(3)


@component
def ForkAndDie() -> None:
    """As a pool of processes does whose parent is killed: the children go on waiting."""
    if os.fork() == 0:
        signal.pause()
    os._exit(3)


@component
def KillForkServer() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    os._exit(3)


@component
def RemoveOutput(
    first: OutputArtifact[Model], removed: OutputArtifact[Model], third: OutputArtifact[Model]
) -> None:
    Path(first.uri, "weights").write_text("weights")
    shutil.rmtree(removed.uri)


@component
def ImportPath() -> OutputDict(path=str):  # type: ignore[valid-type]
    return {"path": os.environ["PYTHONPATH"]}


@component
def FillDisk(model: OutputArtifact[Model]) -> None:
    Path(model.uri, "large").write_bytes(bytes(4 << 20))


class UseTemporaryDirectory(BaseExecutor):
    """Writes to its temporary directory, and notes where that is in a local file."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        folder = self._get_tmp_dir()
        files.write_bytes(f"{folder}/scratch", b"scratch")
        Path(exec_properties["noted"]).write_text(folder)


class TellContextSpec(ComponentSpec):
    """Contract of `TellContext`."""

    PARAMETERS = {
        "word": ExecutionParameter(type=str),
        "nothing": ExecutionParameter(type=str, optional=True),
    }
    INPUTS = {"reports": ChannelParameter(type=Report, optional=True)}
    OUTPUTS = {"model": ChannelParameter(type=Model)}


class TellContextExecutor(BaseExecutor):
    """Records what it was given."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        temporary = Path(self._get_tmp_dir())
        (temporary / "scratch").write_text("scratch")
        (model,) = output_dict["model"]
        told = {
            "inputs": sorted(input_dict),
            "outputs": sorted(output_dict),
            "parameters": exec_properties,
            "pipeline": self._context.pipeline_name,
            "run": self._context.run_id,
            "node": self._context.node_id,
            "execution": self._context.execution_id,
            "temporary": str(temporary),
            "output files": os.listdir(model.uri),
        }
        model.set_json_value_custom_property("told", told)


class TellContext(BaseComponent):
    """A custom component."""

    SPEC_CLASS = TellContextSpec
    EXECUTOR_SPEC = ExecutorClassSpec(TellContextExecutor)

    def __init__(self, word: str, reports: Channel | None = None) -> None:
        super().__init__(spec=TellContextSpec(word=word, reports=reports))
