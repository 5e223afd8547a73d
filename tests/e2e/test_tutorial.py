"""The tutorials, executed in a real kernel, and the modules that they export."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.e2e.notebooks import ROOT, TUTORIALS, execute


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the penguin tutorial ran, and all that it showed as text."""
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, execute("penguin", folder)


@pytest.mark.parametrize("tutorial", sorted(TUTORIALS.glob("*.ipynb")), ids=lambda one: one.stem)
def test_notebooks_are_kept_without_outputs(tutorial: Path) -> None:
    for place, cell in enumerate(nbformat.read(tutorial, as_version=4).cells, 1):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert cell.id == f"cell-{place:02}"


def test_components_from_functions(tmp_path: Path) -> None:
    shown = execute("functions", tmp_path)
    assert "written: 1000 numbers" in shown
    assert "(1000, ['numbers.txt'])" in shown
    assert len(re.findall(r"^✓ \w+ complete in .* \(execution", shown, re.MULTILINE)) == 3
    assert len(re.findall(r"^= \w+ cached in .* \(execution", shown, re.MULTILINE)) == 1
    exported = re.findall(r"^. My\w+ +(complete|cached) +[0-9.]+ s", shown, re.MULTILINE)
    assert exported == ["complete", "complete", "cached", "cached"]


@pytest.mark.timeout(400)
def test_a_project_from_a_template(tmp_path: Path) -> None:
    shown = execute("template", tmp_path)
    assert "3 passed" in shown
    a_run = r"Run \S+ of pipeline my-penguins: 9 nodes\n.*?Run complete in"
    first, again = re.findall(a_run, shown, re.DOTALL)
    assert len(re.findall(r"^✓ ", first, re.MULTILINE)) == 9
    assert set(re.findall(r"^= (\w+) +cached", again, re.MULTILINE)) == {
        *("CsvExampleGen", "StatisticsGen", "SchemaGen", "ExampleValidator", "Transform")
    }
    assert re.search(r"^✓ Trainer +runs +took ", shown, re.MULTILINE)
    assert "Evaluator.evaluation sparse_categorical_accuracy on all examples" in shown
    assert list((tmp_path / "penguins" / "serving").glob("*/saved_model.pb"))
    assert (tmp_path / "penguins" / "run.html").stat().st_size > 10_000


@pytest.mark.timeout(400)
def test_every_component_runs(executed: tuple[Path, str]) -> None:
    folder, shown = executed
    assert len(re.findall(r"^✓ \w+ complete in .* \(execution", shown, re.MULTILINE)) == 10
    assert "'Adelie': " in shown
    assert shown.count("up to date") == 5 + 10
    assert list((folder / "penguin-serving").glob("*/saved_model.pb"))


@pytest.mark.timeout(400)
def test_exported_module_finds_the_results_of_the_notebook(executed: tuple[Path, str]) -> None:
    folder, _ = executed
    done = subprocess.run(
        [sys.executable, "-m", "pipeline_lib.cli", "plan", "penguin_pipeline.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cached = re.findall(r"^= (\w+) +cached", done.stdout, re.MULTILINE)
    assert cached == [
        "CsvExampleGen",
        "StatisticsGen",
        "SchemaGen",
        "ExampleValidator",
        "Transform",
        "Trainer",
    ]
