from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pipeline_lib.cli.main import plib
from pipeline_lib.images.build import DEFAULT_BASE
from tests.cli.test_help import CONTEXT, examples_in, help_of
from tests.images.projects import make_project


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(plib, ["image", "build", *map(str, arguments)], prog_name="plib")


def test_the_dockerfile_can_be_read_without_an_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    shown = run(make_project(tmp_path), "--print-dockerfile")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == f"FROM {DEFAULT_BASE} AS packages"
    assert lines.count(f"FROM {DEFAULT_BASE}") == 1
    assert lines[-2:] == ["USER 10001:0", 'CMD ["plib", "--help"]']
    assert "wheels" not in shown.stdout
    monkeypatch.chdir(tmp_path)
    assert "--no-index --find-links wheels" in run("--print-dockerfile", "--wheels", "w").stdout


def test_the_folder_can_be_written_for_an_engine_elsewhere(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    written = run(project, "--context", tmp_path / "context", "--include", "schema/*")
    assert written.exit_code == 0
    assert written.stdout == f"{tmp_path / 'context'}\n"
    assert written.stderr.startswith("7 files, ")
    assert written.stderr.endswith(", with the modules birds, pipeline, scripts\n")
    assert (tmp_path / "context" / "project" / "schema" / "schema.pbtxt").exists()
    dockerfile = (tmp_path / "context" / "Dockerfile").read_text()
    assert dockerfile == run(project, "--print-dockerfile").stdout


def test_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    refused = run(make_project(tmp_path))
    assert refused.exit_code == 2
    assert refused.stderr.splitlines()[-1] == (
        "Error: No engine answers that could build an image: docker is not installed; podman is "
        "not installed. Start one; or have the folder written that an engine elsewhere can build: "
        "--context DIR."
    )


def test_nothing_to_put_in(tmp_path: Path) -> None:
    refused = run(tmp_path)
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"Error: {str(tmp_path)!r} holds no Python module that could be imported. Name the folder "
        "that holds your modules, such as the one with pipeline.py.\n"
    )


def test_examples_are_taken_by_the_parser() -> None:
    group = plib.get_command(CONTEXT, "image")
    assert isinstance(group, click.Group)
    build = group.get_command(CONTEXT, "build")
    assert build is not None
    found = examples_in(help_of("image", "build"))
    assert len(found) >= 3
    for _, _, name, *arguments in found:
        assert name == "build"
        build.make_context(name, arguments, parent=CONTEXT)


def test_the_group_knows_its_commands() -> None:
    refused = CliRunner().invoke(plib, ["image", "biuld"], prog_name="plib")
    assert refused.exit_code == 2
    assert (
        "There is no command 'biuld'. These exist: 'build'. Did you mean 'build'?" in refused.output
    )
