"""`plib ... --as-tfx`: programs written for TFX, unchanged, where TFX is not installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.desk import Desk
from tests.tfx.programs import COPY_COMPONENT, COPY_EXECUTOR, FUNCTIONS, MAIN, STANDARD

CSV = "length,species\n" + "".join(f"{row / 7},{row % 3}\n" for row in range(60))


class Done(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def plib(desk: Desk, *arguments: str) -> Done:
    process = desk.start(*arguments)
    stdout, stderr = process.communicate()
    return Done(process.returncode, stdout, stderr)


def write_standard_program(desk: Desk) -> None:
    desk.write("program/standard.py", STANDARD)
    desk.write("program/copying/__init__.py", "")
    desk.write("program/copying/component.py", COPY_COMPONENT)
    desk.write("program/copying/executor.py", COPY_EXECUTOR)
    desk.write("program/data/rows.csv", CSV)


def test_a_program_of_standard_components(desk: Desk) -> None:
    write_standard_program(desk)
    done = plib(desk, "run", "--as-tfx", "program/standard.py", "--json", "--", "--flag=1")
    assert done.exit_code == 0, done.stderr
    assert {node["node"]: node["state"] for node in json.loads(done.stdout)["nodes"]} == {
        "CsvExampleGen": "complete",
        "CopyComponent": "complete",
        "StatisticsGen": "complete",
        "SchemaGen": "complete",
        "CountSplits": "complete",
    }
    lines = done.stderr.splitlines()
    assert lines[0] == "TFX version: 1.16.0"
    assert lines[1] == "arguments: ['--flag=1']"
    assert lines[-1] == "the program goes on"
    (value,) = (desk.folder / "root" / "CountSplits" / "splits").glob("*/value")
    assert value.read_text() == "2"

    again = plib(desk, "run", "--as-tfx", "program/standard.py", "--json")
    states = {node["state"] for node in json.loads(again.stdout)["nodes"]}
    assert states == {"cached"}


def test_a_program_with_options_of_the_command(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + MAIN)
    done = plib(
        desk, "run", "--as-tfx", "program.py", "--inline", "--param", "by=6", "--store", "s.sqlite"
    )
    assert done.exit_code == 0, done.stderr
    assert (desk.folder / "s.sqlite").exists()
    (value,) = (desk.folder / "root" / "Divide" / "result").glob("*/value")
    assert value.read_text() == "2.0"


@pytest.mark.parametrize("target", ["functions.py", "functions.py:create_pipeline"])
def test_a_file_that_only_holds_a_pipeline(desk: Desk, target: str) -> None:
    desk.write("functions.py", FUNCTIONS)
    done = plib(desk, "run", "--as-tfx", target)
    assert done.exit_code == 0, done.stderr


def test_a_program_is_compiled_and_not_run(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + MAIN + "  print('not reached')\n")
    done = plib(desk, "compile", "--as-tfx", "program.py", "--format", "json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["name"] == "functions"
    assert done.stderr == ""
    assert not (desk.folder / "root").exists()


def test_a_run_is_replayed_and_resumed(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + MAIN)
    assert plib(desk, "run", "--as-tfx", "program.py", "--param", "by=0").exit_code == 1
    desk.write("program.py", FUNCTIONS.replace("12 / by", "12 / (by or 3)") + MAIN)
    replayed = plib(desk, "replay", "latest", "Divide", "--as-tfx")
    assert replayed.exit_code == 0, replayed.stderr
    resumed = plib(desk, "run", "--resume", "latest", "--as-tfx")
    assert resumed.exit_code == 0, resumed.stderr
    (value,) = (desk.folder / "root" / "Divide" / "result").glob("*/value")
    assert value.read_text() == "4.0"


def test_what_a_run_would_do(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + MAIN)
    assert plib(desk, "run", "--as-tfx", "program.py").exit_code == 0
    planned = plib(desk, "plan", "--as-tfx", "program.py")
    assert planned.exit_code == 0, planned.stderr
    assert "1 node would run" in planned.stdout


def test_a_node_that_fails(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + MAIN)
    done = plib(desk, "run", "--as-tfx", "program.py", "--param", "by=0")
    assert done.exit_code == 1
    assert "  Divide: ZeroDivisionError: division by zero" in done.stderr
    assert "Look further: plib show " in done.stderr


def test_a_program_that_fails(desk: Desk) -> None:
    program = FUNCTIONS + "\nif __name__ == '__main__':\n  [][1]\n"
    desk.write("program.py", program)
    done = plib(desk, "run", "--as-tfx", "program.py")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: Program 'program.py' failed: IndexError: list index out of range\n"
        f"  at program.py:{len(program.splitlines())}\n"
    )


def test_a_program_that_wants_what_is_not_here(desk: Desk) -> None:
    desk.write(
        "program.py", "from tfx.orchestration.airflow import airflow_dag_runner\n" + FUNCTIONS
    )
    done = plib(desk, "run", "--as-tfx", "program.py")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: File 'program.py' cannot be imported: ImportError: tfx.orchestration.airflow is "
        "not in pipeline_lib: there is no Airflow runner. Run with LocalDagRunner, or let Airflow "
        "call 'plib run' on a file.\n"
        f"  at {desk.folder / 'program.py'}:1\n"
    )


def test_a_program_that_runs_no_pipeline(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + "\nif __name__ == '__main__':\n  sys.exit(0)\n")
    done = plib(desk, "run", "--as-tfx", "program.py")
    assert done.exit_code == 2
    assert done.stderr == (
        "Error: Program 'program.py' has ended without running a pipeline. It must give one to "
        "LocalDagRunner().run(...).\n"
    )


def test_a_program_that_ends_with_an_error(desk: Desk) -> None:
    desk.write("program.py", FUNCTIONS + "\nif __name__ == '__main__':\n  sys.exit('no data')\n")
    done = plib(desk, "run", "--as-tfx", "program.py")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: Program 'program.py' failed: SystemExit: no data\n")


def test_arguments_that_no_program_takes(desk: Desk) -> None:
    desk.write("functions.py", FUNCTIONS)
    done = plib(desk, "run", "functions.py", "--", "--flag")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: Arguments are for a program that is run with --as-tfx; 'functions.py' is none."
    )
