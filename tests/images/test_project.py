from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib.errors import ImageError
from pipeline_lib.images.project import find_project
from tests.images.projects import SENT, make_project
from tests.whole_message import raises


def test_modules_and_what_lies_in_packages_go_in(tmp_path: Path) -> None:
    project = find_project(make_project(tmp_path))
    assert [str(file) for file in project.files] == SENT
    assert project.modules() == {"birds", "pipeline", "scripts"}
    assert project.size() == sum((tmp_path / name).stat().st_size for name in SENT)
    assert [str(root) for root in project.roots] == ["."]


def test_further_files_go_in_where_they_are_asked_for(tmp_path: Path) -> None:
    project = find_project(make_project(tmp_path), ["schema/*.pbtxt", "**/*.csv"])
    added = {str(file) for file in project.files} - set(SENT)
    assert added == {"schema/schema.pbtxt", "data/penguins.csv"}


def test_modules_below_src_are_imported_from_there(tmp_path: Path) -> None:
    make_project(tmp_path / "src")
    (tmp_path / "run.py").touch()
    project = find_project(tmp_path)
    assert [str(root) for root in project.roots] == [".", "src"]
    assert {"run", "birds", "pipeline"} <= project.modules()


def test_a_package_called_build_goes_in(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "__init__.py").touch()
    assert find_project(tmp_path).modules() == {"build"}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    with raises(
        ImageError, f"{str(missing)!r} is no folder. Name the one that holds your modules."
    ):
        find_project(missing)


def test_a_folder_without_modules(tmp_path: Path) -> None:
    (tmp_path / "not-a-module.py").touch()
    with raises(
        ImageError,
        f"{str(tmp_path)!r} holds no Python module that could be imported. Name the folder that "
        "holds your modules, such as the one with pipeline.py.",
    ):
        find_project(tmp_path)


@pytest.mark.parametrize("pattern", ["*.nothing", "../*.py"])
def test_a_pattern_that_matches_nothing_in_the_folder(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "outside.py").touch()
    folder = make_project(tmp_path / "project")
    with raises(ImageError, f"No file below {str(folder)!r} matches the pattern {pattern!r}."):
        find_project(folder, [pattern])


def test_a_pattern_that_is_none(tmp_path: Path) -> None:
    make_project(tmp_path)
    with raises(
        ImageError,
        f"'/etc/*' is no pattern of files below {str(tmp_path)!r}: "
        "Non-relative patterns are unsupported.",
    ):
        find_project(tmp_path, ["/etc/*"])
