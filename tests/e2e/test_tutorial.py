"""The tutorial, executed in a real kernel, and the module that it exports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorials" / "penguin.ipynb"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder in which the tutorial ran, and all that it showed as text."""
    folder = tmp_path_factory.mktemp("tutorial")
    notebook = nbformat.read(TUTORIAL, as_version=4)
    nbformat.write(notebook, folder / "penguin.ipynb")
    client = NotebookClient(notebook, timeout=250, kernel_name="python3")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    client.execute(cwd=str(folder), env=environment)
    shown = [
        output.get("text") or output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    ]
    return folder, "\n".join(shown)


def test_notebook_is_kept_without_outputs() -> None:
    for cell in nbformat.read(TUTORIAL, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert re.fullmatch(r"cell-\d\d", cell.id)


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
