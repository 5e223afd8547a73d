"""Every Python block and every call of `plib` and `pytest` in the documents runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker_engine import DockerEngine

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
_MODULES = {"plib": "pipeline_lib.cli", "pytest": "pytest"}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(document: Path, language: str) -> list[str]:
    return [text for kind, text in _BLOCK.findall(document.read_text()) if kind == language]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def surroundings(document: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """What a document's code needs besides this library."""
    if document.name != "run-containers.md":
        yield
        return
    engine: DockerEngine = request.getfixturevalue("docker_engine")
    with engine.named("debian:bookworm-slim", request.getfixturevalue("base_image")):
        yield


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize(
    "document",
    [one for one in DOCUMENTS if blocks(one, "python")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_code_blocks_run(document: Path, tmp_path: Path) -> None:
    (tmp_path / "hello.py").write_text("\n".join(blocks(document, "python")))
    done = run([sys.executable, "hello.py"], tmp_path)
    assert done.returncode == 0, done.stderr

    for block in blocks(document, "console"):
        for line in block.splitlines():
            program, *arguments = shlex.split(line.removeprefix("$ "), comments=True) or [""]
            if line.startswith("$ ") and program in _MODULES:
                done = run([sys.executable, "-m", _MODULES[program], *arguments], tmp_path)
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
