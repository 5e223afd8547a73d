from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_lib.compiler.imported_modules import SourceModule, imported_modules
from pipeline_lib.compiler.source_digest import source_digest
from pipeline_lib.errors import UserModuleError
from tests.fresh_process import run_python
from tests.whole_message import raises


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path`."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("digested_one", "digested_other"):
        sys.modules.pop(name, None)


def test_digest_is_of_the_content(folder: Path) -> None:
    (folder / "digested_one.py").write_text("a = 1")
    (folder / "digested_other.py").write_text("a = 1")
    assert source_digest("digested_one:a") == source_digest("digested_other:a")


def test_digest_changes_with_the_file(folder: Path) -> None:
    path = folder / "digested_one.py"
    path.write_text("a = 1")
    before = source_digest("digested_one:a")
    path.write_text("a = 2")
    os.utime(path, ns=(1, 1))
    assert source_digest("digested_one:a") != before


def test_digest_changes_with_a_helper_that_is_imported_through_another(folder: Path) -> None:
    package = folder / "digested_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "steps.py").write_text("def run():\n    from . import middle\n")
    (package / "middle.py").write_text("from digested_other import a\n")
    helper = folder / "digested_other.py"
    helper.write_text("a = 1")
    before = source_digest("digested_package.steps:run")
    helper.write_text("a = 2")
    os.utime(helper, ns=(1, 1))
    assert source_digest("digested_package.steps:run") != before


def test_digest_does_not_change_with_a_module_that_is_not_imported(folder: Path) -> None:
    (folder / "digested_one.py").write_text("import json, yaml_that_nobody_has\n")
    before = source_digest("digested_one:a")
    (folder / "digested_other.py").write_text("a = 1")
    assert source_digest("digested_one:a") == before


def test_imported_modules_are_the_authors_and_are_not_imported(folder: Path) -> None:
    one = folder / "digested_one.py"
    one.write_text("import os, click, pipeline_lib.errors, digested_other\n")
    (folder / "digested_other.py").write_text("import digested_one\nraise SystemExit")
    found = imported_modules(SourceModule("digested_one", str(one)))
    assert [module.name for module in found] == ["digested_other"]
    assert "digested_other" not in sys.modules


def test_modules_that_import_each_other_are_read_once(folder: Path) -> None:
    (folder / "digested_one.py").write_text("import digested_other\n")
    (folder / "digested_other.py").write_text("import digested_one\n")
    assert source_digest("digested_one:a")


def test_imported_module_that_is_no_python_counts_by_its_content(folder: Path) -> None:
    (folder / "digested_one.py").write_text("import digested_other\n")
    (folder / "digested_other.py").write_text("this is no Python")
    assert source_digest("digested_one:a")


def test_module_is_not_imported(folder: Path) -> None:
    (folder / "digested_one.py").write_text("raise SystemExit")
    assert source_digest("digested_one:a")
    assert "digested_one" not in sys.modules


def test_module_that_is_not_there_is_refused() -> None:
    message = (
        "Module 'nowhere' cannot be found. It must be importable where the pipeline is compiled: "
        "is it on sys.path, or its package installed?"
    )
    with raises(UserModuleError, message):
        source_digest("nowhere:a")


def test_module_in_what_is_no_package_is_refused(folder: Path) -> None:
    (folder / "digested_one.py").write_text("")
    message = (
        "Module 'digested_one.inner' cannot be found: __path__ attribute not found on "
        "'digested_one' while trying to find 'digested_one.inner'."
    )
    with raises(UserModuleError, message):
        source_digest("digested_one.inner:a")


def test_script_that_runs_has_its_own_digest(tmp_path: Path) -> None:
    script = "from pipeline_lib.compiler.source_digest import source_digest\n"
    script += "print(source_digest('my_script:a'))\n"
    (tmp_path / "my_script.py").write_text(script)
    run = "import subprocess, sys; subprocess.run([sys.executable, 'my_script.py'])"
    first = run_python(run, cwd=tmp_path)
    assert len(first.strip()) == 16
    (tmp_path / "my_script.py").write_text(script + "# changed\n")
    assert run_python(run, cwd=tmp_path) != first
