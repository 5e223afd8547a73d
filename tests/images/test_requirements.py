from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

import pipeline_lib
from pipeline_lib.errors import ImageError
from pipeline_lib.images.project import Project, find_project
from pipeline_lib.images.requirements import of_environment, of_file
from tests.whole_message import raises

LIBRARY = f"pipeline-lib=={pipeline_lib.__version__}"


def project_of(folder: Path, **files: str) -> Project:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return find_project(folder)


def test_what_the_modules_import_is_pinned_as_it_is_installed(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        pipeline="import os, helper, click.testing\nfrom pipeline_lib import Pipeline\n",
        helper="try:\n    import yaml\nexcept ImportError: ...\ndef f():\n    import jinja2\n",
    )
    requirements = of_environment(project)
    assert requirements.wanted == (
        LIBRARY,
        f"click=={metadata.version('click')}",
        f"jinja2=={metadata.version('jinja2')}",
        f"pyyaml=={metadata.version('pyyaml')}",
    )
    assert f"markupsafe=={metadata.version('markupsafe')}" in requirements.constraints
    assert list(requirements.constraints) == sorted(requirements.constraints)
    assert not any(line.startswith("pipeline-lib") for line in requirements.constraints)
    assert requirements.python == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert requirements.notes == ()


def test_of_a_shared_namespace_the_distribution_with_the_module_counts(tmp_path: Path) -> None:
    project = project_of(tmp_path, pipeline="from google.protobuf import message\n")
    assert of_environment(project).wanted == (
        LIBRARY,
        f"protobuf=={metadata.version('protobuf')}",
    )


def test_what_cannot_be_in_the_image_is_told(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        pipeline="from components import Trainer\nimport not_installed.anywhere\n",
        broken="this is no Python",
    )
    assert of_environment(project).notes == (
        "'pipeline.py' imports 'not_installed', which is not installed here and so not in the "
        "image.",
        "The standard components need TensorFlow and more to run: --extra ml.",
    )
    assert of_environment(project, ["ml"]).notes[1:] == ()
    assert of_environment(project, ["ml", "serving"]).wanted == (
        f"pipeline-lib[ml,serving]=={pipeline_lib.__version__}",
    )


def test_a_requirements_file_says_all_but_the_library(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# ours\n--index-url https://example.org/simple\nnumpy==1.26.4\n")
    requirements = of_file(file)
    assert requirements.wanted == (LIBRARY, *file.read_text().splitlines())
    assert (requirements.constraints, requirements.python) == ((), "")
    file.write_text("Pipeline_Lib[ml]==0.0.9\n")
    assert of_file(file).wanted == ("Pipeline_Lib[ml]==0.0.9",)


def test_further_packages_are_added_and_pinned_where_they_are_installed(tmp_path: Path) -> None:
    project = project_of(tmp_path, pipeline="")
    requirements = of_environment(project, packages=["fsspec", "s3fs>=2"])
    assert requirements.wanted == (LIBRARY, "fsspec", "s3fs>=2")
    assert f"fsspec=={metadata.version('fsspec')}" in requirements.constraints
    (tmp_path / "requirements.txt").touch()
    assert of_file(tmp_path / "requirements.txt", packages=["s3fs"]).wanted == (LIBRARY, "s3fs")


def test_a_requirements_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "nothing.txt"
    with raises(
        ImageError,
        f"The requirements {str(file)!r} cannot be read: [Errno 2] No such file or directory: "
        f"{str(file)!r}.",
    ):
        of_file(file)


@pytest.mark.parametrize("line", ["-r more.txt", "--constraint=c.txt", "-e .", "./folder", "../x"])
def test_a_requirements_file_that_refers_to_others(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(f"numpy\n  {line}\n")
    with raises(
        ImageError,
        f"Line 2 of {str(file)!r} refers to another file, {line!r}, which is not in the image's "
        "build. Give one file that names every package, such as 'pip freeze' writes.",
    ):
        of_file(file)
