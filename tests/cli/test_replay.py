"""`plib replay`: one node of a past run again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.desk import Desk, Recorded


def replayed(desk: Desk, *args: str) -> tuple[int, list[str]]:
    result = desk.plib("replay", *args)
    return result.exit_code, result.output.splitlines()


def test_the_node_writes_the_same_again(recorded: Recorded, tmp_path: Path) -> None:
    place = tmp_path / "again"
    code, lines = replayed(recorded.desk, recorded.failed, "Load", "--output", str(place))
    assert code == 0
    assert lines == [
        f"Replaying Load of run {recorded.failed} into {place}",
        "loading 0 rows",
        f"count: {place}/count/value  (the same as then)",
        f"data: {place}/data  (the same as then)",
    ]
    assert (place / "count" / "value").read_text() == "0"


def test_a_failure_is_told_with_the_authors_line(recorded: Recorded) -> None:
    result = recorded.desk.plib("replay", recorded.failed, "Divide")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1:] == [
        "Error: Node 'Divide' failed: ZeroDivisionError: division by zero",
        f"  at {recorded.desk.folder}/steps.py:21",
    ]


def test_mended_code_is_run(desk: Desk) -> None:
    desk.plib("run", "steps.py", "--param", "rows=0")
    steps = desk.folder / "steps.py"
    steps.write_text(steps.read_text().replace("12 / count", "12 / (count or 1)"))
    done = desk.start("replay", "latest", "Divide")
    out, err = done.communicate()
    assert done.returncode == 0, err
    assert re.fullmatch(r"dividing\nresult: .*/result/value  \(new\)\n", out)


def test_nothing_is_recorded(recorded: Recorded) -> None:
    before = recorded.desk.plib("show", recorded.failed, "--json").stdout
    replayed(recorded.desk, recorded.failed, "Load")
    assert recorded.desk.plib("show", recorded.failed, "--json").stdout == before


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (
            "Lod",
            "Error: Run '{run}' has no record of a node 'Lod'. "
            "These exist: 'After', 'Divide', 'Load'. Did you mean 'Load'?",
        ),
        (
            "After",
            "Error: Node 'After' was skipped in run '{run}' (node 'Divide' failed): "
            "there is nothing to replay.",
        ),
    ],
)
def test_a_node_that_did_not_run_is_refused(recorded: Recorded, node: str, message: str) -> None:
    code, lines = replayed(recorded.desk, recorded.failed, node)
    assert code == 2
    assert lines == [message.format(run=recorded.failed)]


def test_a_directory_with_files_is_refused(recorded: Recorded, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, lines = replayed(recorded.desk, recorded.failed, "Load", "--output", str(tmp_path))
    assert code == 2
    assert lines == [
        f"Error: --output {str(tmp_path)!r} is not empty. Give another directory.",
    ]


def test_an_input_that_is_gone_is_named(desk: Desk) -> None:
    desk.plib("run", "steps.py")
    shutil.rmtree(desk.folder / "root" / "Load")
    code, lines = replayed(desk, "latest", "Divide")
    assert code == 2
    assert re.fullmatch(
        r"Error: Node 'Divide' cannot be replayed: nothing is at '.*/root/Load/count/\d+/value' "
        r"any more, which it read as 'count'\.",
        lines[-1],
    )
