"""Images that a real engine builds, without a network."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline_lib.cli.main import plib
from tests.docker_engine import PYTHON_IN_IMAGES
from tests.images.projects import SENT, make_project
from tests.images.wheels import make_wheels

pytestmark = [
    pytest.mark.skipif(
        shutil.which("docker") is None, reason="the command 'docker' is not installed"
    ),
    pytest.mark.timeout(600),
]
SAME_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON_IN_IMAGES
TAG = "localhost/plib-tests-image-build:1"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(plib, ["image", "build", *map(str, arguments)], prog_name="plib")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    make_wheels(folder)
    return folder


@pytest.fixture(scope="module")
def arguments(
    base_image: str, wheels: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[str | Path]:
    """Of a build that succeeds, but for the name."""
    project = make_project(tmp_path_factory.mktemp("project") / "My Birds")
    pins: list[str | Path] = []
    if not SAME_PYTHON:
        (project / "requirements.txt").touch()
        pins = ["--requirements", project / "requirements.txt"]
    return [project, "--base", base_image, "--wheels", wheels, *pins]


@pytest.fixture(scope="module")
def image(docker_engine: Any, arguments: list[str | Path]) -> Iterator[str]:
    built = run(*arguments, "--tag", TAG)
    assert built.exit_code == 0, built.output
    assert built.stdout == f"{TAG}\n"
    yield TAG
    docker_engine.client.images.remove(TAG)
    for stage in docker_engine.client.images.list(filters={"dangling": True}):
        if any("/opt/venv" in step["CreatedBy"] for step in stage.history()):
            with suppress(Exception):  # another image has it still
                docker_engine.client.images.remove(stage.id)


def output_of(engine: Any, image: str, *command: str) -> str:
    """What a command says in a container of the image, standard error too."""
    container = engine.client.containers.create(image, list(command), network_mode="none")
    try:
        container.start()
        status = container.wait()["StatusCode"]
        text = container.logs().decode()
        assert status == 0, text
        return str(text)
    finally:
        container.remove(force=True)


def test_the_image_runs_the_library_and_the_author_s_modules(
    docker_engine: Any, image: str
) -> None:
    assert output_of(docker_engine, image, "plib", "--help").startswith("Usage: plib ")
    program = (
        "import pipeline, os; print(pipeline.Count.__name__, os.path.dirname(pipeline.__file__))"
    )
    assert output_of(docker_engine, image, "python3", "-c", program) == "Count /app\n"
    ran = output_of(docker_engine, image, "sh", "-c", "cd && plib run /app/pipeline.py")
    assert "Count complete" in ran


def test_nobody_in_it_is_root_and_the_modules_cannot_be_changed(
    docker_engine: Any, image: str
) -> None:
    assert output_of(docker_engine, image, "id", "-un").strip() == "pipeline"
    assert output_of(docker_engine, image, "id", "-u").strip() == "10001"
    assert docker_engine.client.images.get(image).attrs["Config"]["User"] == "10001:0"
    program = "test ! -w /app && test ! -w /opt/venv && touch $HOME/here && echo held"
    assert output_of(docker_engine, image, "sh", "-c", program) == "held\n"


def test_only_the_project_s_files_are_in_it(docker_engine: Any, image: str) -> None:
    found = output_of(
        docker_engine, image, "sh", "-c", "cd /app && find . -type f ! -name '*.pyc' | sort"
    )
    assert found.split() == [f"./{name}" for name in SENT]


def test_no_build_tools_caches_or_wheels_are_left_in_it(docker_engine: Any, image: str) -> None:
    program = (
        "for tool in gcc cc make pip pip3; do command -v $tool; done; "
        "find / -xdev '(' -path /build -o -path '*/.cache/pip' ')' 2>/dev/null; "
        "ls /opt/venv/lib/python*/site-packages | grep -x -e pip -e setuptools; true"
    )
    assert output_of(docker_engine, image, "sh", "-c", program) == ""


def test_without_a_name_the_same_project_has_the_same_name(
    docker_engine: Any, image: str, arguments: list[str | Path]
) -> None:
    names = [run(*arguments).stdout.strip() for _ in range(2)]
    assert names[0] == names[1]
    assert re.fullmatch("my-birds:[0-9a-f]{12}", names[0])
    again = docker_engine.client.images.get(names[0])
    docker_engine.client.images.remove(names[0])
    assert again.id == docker_engine.client.images.get(image).id


@pytest.mark.skipif(SAME_PYTHON, reason="the base image has this Python's version")
def test_pins_of_another_python_are_refused(
    docker_engine: Any, base_image: str, tmp_path: Path
) -> None:
    refused = run(make_project(tmp_path), "--base", base_image)
    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-1] == (
        "Error: The packages are pinned as they are installed here, for Python 3.10, and the base "
        "image has Python 3.11. Name a base image with Python 3.10, or the packages for the "
        "other: --requirements FILE."
    )


def test_a_package_without_a_wheel(
    docker_engine: Any, base_image: str, wheels: Path, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "project")
    file = tmp_path / "requirements.txt"
    file.write_text("no-such-package==1\n")
    refused = run(project, "--base", base_image, "--wheels", wheels, "--requirements", file)
    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-1] == (
        "Error: The package 'no-such-package==1' is not to be had from the package index, or from "
        "the wheels where a folder of them was given. Change its version with --requirements "
        "FILE, or add its wheel."
    )


def test_a_base_image_that_is_not_there(docker_engine: Any, tmp_path: Path) -> None:
    # Nothing listens on this port of this machine: asking is answered at once.
    base = "localhost:1/nothing:1"
    refused = run(make_project(tmp_path), "--base", base)
    assert refused.exit_code == 2
    last = refused.stderr.splitlines()[-1]
    assert last.startswith(
        f"Error: The base image {base!r} is not on this machine, and docker cannot get it: "
    )
    assert last.endswith(" Name another one: --base IMAGE.")
