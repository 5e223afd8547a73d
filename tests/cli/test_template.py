from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline_lib.cli.project_templates import TEMPLATES, copy_template
from pipeline_lib.errors import AuthoringError, PipelineLibError
from tests.cli.desk import Desk
from tests.whole_message import raises

ROOT = Path(__file__).parents[2]


def in_project(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_templates_are_listed(desk: Desk) -> None:
    folders = {one.name for one in (ROOT / "pipeline_lib/cli/templates").iterdir()}
    assert folders == set(TEMPLATES)
    listed = desk.plib("template", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["functions", "penguin"]
    assert '"name": "penguin"' in desk.plib("template", "list", "--json").stdout


def test_an_unknown_subcommand(desk: Desk) -> None:
    result = desk.plib("template", "cpy")
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "Error: There is no command 'cpy'. These exist: 'copy', 'list'. Did you mean 'copy'?\n"
    )


def test_a_project_of_functions_passes_its_tests_and_runs(desk: Desk) -> None:
    result = desk.plib("template", "copy", "functions", "my_words")
    assert result.exit_code == 0
    assert "Written: my_words/pipeline.py" in result.stdout.splitlines()
    assert result.stderr == "Begin with: cd my_words && plib run pipeline.py\n"
    project = desk.folder / "my_words"
    assert "4 passed" in in_project(project, "pytest", "-q", "-p", "no:cacheprovider")
    in_project(project, "pipeline_lib.cli", "run", "pipeline.py")
    assert "my_words" in in_project(project, "pipeline_lib.cli", "runs")
    assert (project / "README.md").read_text().startswith("# my_words\n")


def test_a_project_with_a_model_can_be_planned(desk: Desk) -> None:
    (desk.folder / "empty").mkdir()
    desk.plib("template", "copy", "penguin", "empty", "--pipeline-name", "birds")
    planned = in_project(desk.folder / "empty", "pipeline_lib.cli", "plan", "pipeline.py")
    assert "birds" in planned
    assert "Pusher" in planned


def test_no_name_is_left_to_be_filled_in(tmp_path: Path) -> None:
    for name in TEMPLATES:
        for file in copy_template(name, tmp_path / name):
            assert "{{" not in file.read_text()


def test_an_unknown_template(desk: Desk) -> None:
    result = desk.plib("template", "copy", "pengiun", "project")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: There is no template 'pengiun'. These exist: 'functions', 'penguin'. "
        "Did you mean 'penguin'?\n"
    )
    assert not (desk.folder / "project").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("")
    message = (
        f"The folder {str(tmp_path)!r} is not empty: nothing in it is overwritten. "
        "Name a new or an empty one."
    )
    with raises(PipelineLibError, message):
        copy_template("functions", tmp_path, "words")
    assert [one.name for one in tmp_path.iterdir()] == ["mine.py"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    place = tmp_path / "words"
    place.write_text("")
    message = (
        f"The template cannot be copied to {str(place)!r}: Not a directory. Name another folder."
    )
    with raises(PipelineLibError, message):
        copy_template("functions", place)


@pytest.mark.parametrize("name", ["my words", "'", ""])
def test_a_name_that_no_pipeline_can_have(tmp_path: Path, name: str) -> None:
    given = name or "my project"
    message = (
        f"{given!r} cannot be the name of a pipeline: letters, digits, '_', '-' and '.' "
        "are allowed. Give it one with --pipeline-name."
    )
    with raises(AuthoringError, message):
        copy_template("functions", tmp_path / "my project", name)
