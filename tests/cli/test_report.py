from __future__ import annotations

import json
from pathlib import Path

from pipeline_lib.render import registry
from tests.cli.desk import Desk, Recorded
from tests.render.fragment_text import text_of


def test_a_run_is_written_as_one_file(recorded: Recorded, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    result = recorded.desk.plib("report", recorded.failed, "-o", str(file))
    assert (result.exit_code, result.stdout) == (0, f"Written: {file}\n")
    text = text_of(file.read_text())
    assert f"Run {recorded.failed} of pipeline steps failed" in text
    assert "ZeroDivisionError: division by zero" in text
    assert "steps.py:21" in text
    assert "loading 0 rows" in text  # the end of the log
    assert "Why: this changed since run" in text
    assert "count = 0" in text


def test_the_file_is_named_after_the_run(recorded: Recorded) -> None:
    result = recorded.desk.plib("report", "latest")
    assert result.stdout == f"Written: {recorded.failed}.html\n"
    (recorded.desk.folder / f"{recorded.failed}.html").unlink()


def test_a_cached_run_names_the_run_that_made_its_results(
    recorded: Recorded, tmp_path: Path
) -> None:
    file = tmp_path / "run.html"
    recorded.desk.plib("report", recorded.cached, "-o", str(file))
    text = text_of(file.read_text())
    assert f"same as in run {recorded.complete}" in text
    assert f"made in run {recorded.complete}" in text


def test_a_run_against_another(recorded: Recorded, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    arguments = ("report", recorded.failed, "--against", recorded.complete, "-o", str(file))
    assert recorded.desk.plib(*arguments).exit_code == 0
    text = text_of(file.read_text())
    assert f"Comparison with run {recorded.complete}" in text
    assert "run: rows 4 0" in text


def test_a_file_that_cannot_be_written(recorded: Recorded) -> None:
    result = recorded.desk.plib("report", "latest", "-o", "nowhere/run.html")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The report cannot be written to 'nowhere/run.html': No such file or directory. "
        "Name another file with -o.\n"
    )


def test_a_compiled_pipeline_that_is_gone_is_no_reason_to_fail(desk: Desk) -> None:
    desk.plib("run", "steps.py")
    for kept in (desk.folder / "root" / ".pipelines").iterdir():
        kept.unlink()
    assert desk.plib("report", "latest", "-o", "run.html").exit_code == 0
    assert "Divide" in (desk.folder / "run.html").read_text()


def test_compare_tells_what_differs(recorded: Recorded) -> None:
    result = recorded.desk.plib("compare", recorded.complete, recorded.failed)
    assert result.exit_code == 0
    words = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "run: rows 4 0" in words
    assert "Load.count 4 0 -4" in words
    assert "parameter rows: 4 -> 0" in words


def test_compare_as_json(recorded: Recorded) -> None:
    result = recorded.desk.plib("compare", recorded.complete, "latest", "--json")
    found = json.loads(result.stdout)
    assert (found["before"], found["after"]) == (recorded.complete, recorded.failed)


def test_compare_with_a_run_that_is_not_there(recorded: Recorded) -> None:
    result = recorded.desk.plib("compare", "nothing", "latest")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: The store holds no run 'nothing'. 'plib runs' lists those it holds.\n"
    )


def test_users_renderers_are_loaded_from_a_file(desk: Desk) -> None:
    desk.write(
        "letters.py",
        "from pipeline_lib import register_renderer\n"
        "register_renderer('Integer', lambda record: '<b>my own look</b>')\n",
    )
    desk.plib("run", "steps.py")
    assert desk.plib("report", "latest", "-o", "a.html").exit_code == 0
    assert "my own look" not in (desk.folder / "a.html").read_text()
    try:
        result = desk.plib("report", "latest", "-o", "a.html", "--renderers", "letters.py")
    finally:
        registry._registered.clear()
    assert result.exit_code == 0
    assert "<b>my own look</b>" in (desk.folder / "a.html").read_text()


def test_runs_before_the_latest(recorded: Recorded) -> None:
    found = json.loads(recorded.desk.plib("compare", "latest~2", "latest~1", "--json").stdout)
    assert (found["before"], found["after"]) == (recorded.complete, recorded.cached)
    result = recorded.desk.plib("compare", "latest~3", "latest")
    assert result.stderr == "Error: There is no run 'latest~3': the store holds 3 runs.\n"
