"""One conformance set of pipelines on every runner: the stores that come out are equal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.kubernetes import KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret
from pipeline_lib.runners.kubeflow.spec.compile_spec import compile_spec
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from tests.contracts.normalised_store import difference, run_in_words
from tests.contracts.parity_pipelines import CASES, Case
from tests.fresh_process import REPOSITORY
from tests.runners.kubeflow.local.spec_interpreter import (
    Container,
    RunContainer,
    SpecInterpreter,
)
from tests.runners.kubeflow.steps.in_order import InOrder

Words = list[list[str]]


def local_records(runner: LocalRunner) -> Callable[[Callable[[Path], Case], Path], Words]:
    def run(make: Callable[[Path], Case], folder: Path) -> Words:
        case = make(folder)
        config = SqliteConnection(str(folder / "store.sqlite"))
        run_ids = [f"local-run-{number}" for number in range(case.times)]
        for run_id in run_ids:
            with suppress(PipelineRunError):
                runner.run(
                    case.pipeline(folder),
                    case.parameters,
                    run_id=run_id,
                    metadata_connection_config=config,
                )
        return run_in_words(config, run_ids, folder)

    return run


def _kubeflow(make: Callable[[Path], Case], folder: Path, run_container: RunContainer) -> Words:
    """The compiled specification, interpreted."""
    case = make(folder)
    store = folder / "store.sqlite"
    run_ids = [f"kubeflow-run-{number}" for number in range(case.times)]
    settings = KubeflowSettings(
        StoreFromSecret("store", "url"),
        image="image:1",
        kubernetes=KubernetesOptions(volumes=(PersistentVolumeClaim("files", str(folder)),)),
    )
    document = compile_spec(compile(case.pipeline(folder)), settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPELINE_LIB_STORE", str(store))
        for run_id in run_ids:
            files = folder / "kubeflow" / run_id
            SpecInterpreter(document.spec, run_id, files, run_container).run(case.parameters)
    return run_in_words(SqliteConnection(str(store)), run_ids, folder)


def _in_a_process(container: Container) -> int:
    program, *arguments = container.command
    assert program == "python3"
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **container.environment, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    ).returncode


def _in_this_process(container: Container) -> int:
    program, arguments = container.command[:3], container.command[3:]
    assert list(program) == ["python3", "-m", "pipeline_lib.runners.kubeflow.steps"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in container.environment.items():
            patch.setenv(name, value)
        return main(arguments)


def _steps(make: Callable[[Path], Case], folder: Path) -> Words:
    case = make(folder)
    store = folder / "store.sqlite"
    run_ids = [f"steps-run-{number}" for number in range(case.times)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPELINE_LIB_STORE", str(store))
        for run_id in run_ids:
            InOrder(compile(case.pipeline(folder)), run_id, folder, main).run(case.parameters)
    return run_in_words(SqliteConnection(str(store)), run_ids, folder)


RUNNERS: dict[str, Callable[[Callable[[Path], Case], Path], Words]] = {
    "workers": local_records(LocalRunner(2, progress=False)),
    "steps": _steps,
    "kubeflow": partial(_kubeflow, run_container=_in_this_process),
    "kubeflow-processes": partial(_kubeflow, run_container=_in_a_process),
}

ONLY: dict[str, Sequence[str]] = {
    "steps": [name for name in CASES if "fail" in name or "skipped" in name or "missing" in name],
    "kubeflow-processes": ["the_environment", "failures_and_what_comes_after_them"],
}
"""What a runner is asked to run where that is not all: steps that the cluster never starts, and
steps that are processes of their own."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARITY", "from outside")


@pytest.mark.parametrize(
    ("runner", "name"),
    [(runner, name) for runner in RUNNERS for name in ONLY.get(runner, list(CASES))],
)
def test_leaves_the_same_records(name: str, runner: str, tmp_path: Path) -> None:
    expected_in, found_in = tmp_path / "inline", tmp_path / runner
    expected_in.mkdir()
    found_in.mkdir()
    expected = local_records(LocalRunner(inline=True, progress=False))(CASES[name], expected_in)
    found = RUNNERS[runner](CASES[name], found_in)
    for ours, others in zip(found, expected, strict=True):
        assert difference(ours, others) == ""


def test_the_reference_has_a_row_for_each_case() -> None:
    rows = (REPOSITORY / "docs" / "reference" / "parity.md").read_text().splitlines()
    named = [row.split(" | ")[0].removeprefix("| ") for row in rows if " | = | " in row]
    assert named[: len(CASES)] == [name.replace("_", " ") for name in CASES]
