from __future__ import annotations

import os
from pathlib import Path

from pipeline_lib.errors import ImageError
from pipeline_lib.images.build import image_content
from pipeline_lib.images.context import write_context
from tests.images.projects import SENT, make_project
from tests.whole_message import raises


def write(folder: Path, project: Path, wheels: Path | None = None) -> str:
    content = image_content(project, requirements=project / "requirements.txt", wheels=wheels)
    return write_context(folder, content.project, content.requirements, "base:1", wheels)


def project_with_requirements(folder: Path) -> Path:
    make_project(folder)
    (folder / "requirements.txt").write_text("numpy==1.26.4\n")
    return folder


def test_all_that_goes_in_and_nothing_else_is_in_the_folder(tmp_path: Path) -> None:
    project = project_with_requirements(tmp_path / "project")
    (project / "pipeline.py").chmod(0o600)
    write(tmp_path / "context", project)
    written = {path for path in (tmp_path / "context").rglob("*") if path.is_file()}
    assert {str(path.relative_to(tmp_path / "context")) for path in written} == {
        "Dockerfile",
        "constraints.txt",
        "requirements.txt",
        *(f"project/{name}" for name in SENT),
    }
    assert {oct(path.stat().st_mode & 0o777) for path in written} == {"0o644"}


def test_equal_projects_have_one_digest_and_an_edit_changes_it(tmp_path: Path) -> None:
    project = project_with_requirements(tmp_path / "project")
    first = write(tmp_path / "first", project)
    os.utime(project / "pipeline.py", (0, 0))
    assert write(tmp_path / "second", project) == first
    (project / "birds" / "count.py").write_text("# another\n")
    assert write(tmp_path / "third", project) != first


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    project = project_with_requirements(tmp_path / "project")
    with raises(ImageError, f"{str(project)!r} is not empty. Name a folder that can be made anew."):
        write(project, project)


def test_a_folder_without_wheels(tmp_path: Path) -> None:
    project = project_with_requirements(tmp_path / "project")
    with raises(
        ImageError,
        f"{str(project)!r} holds no wheel. 'pip wheel --wheel-dir {project} PACKAGE' makes some.",
    ):
        write(tmp_path / "context", project, wheels=project)
