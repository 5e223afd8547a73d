from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console, RenderableType

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.value_artifact import Bytes, Float
from pipeline_lib.metadata.store import (
    ErrorRecord,
    ExecutionRecord,
    ExecutionState,
    RunRecord,
    RunState,
)
from pipeline_lib.report.as_json import run_page_json, run_summary_json
from pipeline_lib.report.node_page import node_page
from pipeline_lib.report.run_metrics import metrics
from pipeline_lib.report.run_page import run_page
from pipeline_lib.report.run_table import run_table
from pipeline_lib.report.wording import moment
from tests.report.records import START as RECORDS_START
from tests.report.records import TRACKED

START = 1_700_000_000.25
RUN = RunRecord(
    "demo", "run-1", RunState.COMPLETE, "/root", {"rows": 3}, started=START, ended=START + 75
)
NODE = ExecutionRecord(
    "demo", "run-1", "Train", "demo.Train", ExecutionState.COMPLETE, started=START, ended=START + 1
)


def lines_of(renderable: RenderableType) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=40, highlight=False).print(renderable, soft_wrap=True)
    return stream.getvalue().splitlines()


def test_lines_are_neither_wrapped_nor_padded() -> None:
    uri = "/a/path/that/is/longer/than/the/forty/columns/of/the/terminal"
    node = replace(NODE, outputs={"model": [ArtifactRecord("Model", uri, id=7)]})
    skipped = replace(NODE, node_id="Push", state=ExecutionState.SKIPPED, reason="r" * 60)
    assert lines_of(run_page(RUN, {"Train": node, "Push": skipped})) == [
        "Run run-1 of pipeline demo: complete",
        f"  started: {moment(START)}",
        "  took: 1 min 15 s",
        "  root: /root",
        "  parameter rows: 3",
        "",
        "Nodes",
        "  ✓ Train  complete  1.00 s",
        f"  - Push   skipped   1.00 s  {'r' * 60}",
        "",
        "Artifacts",
        "  Train.model  Model  (artifact 7)",
        f"    uri: {uri}",
    ]


def test_what_was_noted_and_what_the_run_was_made_with() -> None:
    model = ArtifactRecord("Model", "/m", id=7, custom_properties={"loss": 0.25})
    run = replace(RUN, pipeline_root="", parameters={}, **TRACKED)
    executions = {"Train": replace(NODE, outputs={"model": [model]})}
    lines = lines_of(run_page(run, executions))
    assert lines[3:] == [
        "  tags: good, nightly",
        "  code: 01234567 on main, dirty",
        "  environment: Python 3.11.7, pipeline_lib 0.1.0, Linux 6.1 x86_64, glibc 2.36, 4 cores",
        "  packages: numpy 1.26.4, tensorflow 2.16.2",
        "",
        "Notes",
        f"  {moment(RECORDS_START)} Ada",
        "    too <b>high</b>",
        "    at the end",
        f"  {moment(RECORDS_START)} G",
        "    x",
        "",
        "Nodes",
        "  ✓ Train  complete  1.00 s",
        "",
        "Metrics",
        "  Train.model loss  0.25",
        "",
        "Artifacts",
        "  Train.model  Model  (artifact 7)",
        "    uri: /m",
        "    loss: 0.25",
    ]
    described = run_page_json(run, executions)
    assert described["metrics"] == {"Train.model loss": 0.25}
    assert described["environments"][0]["code"]["is_dirty"] is True
    assert [note["author"] for note in described["notes"]] == ["Ada", "G"]


def test_the_list_has_columns_for_what_some_run_has() -> None:
    loss = metrics({"A": replace(NODE, outputs={"m": [ArtifactRecord("M", "/m", {"loss": 0.5})]})})
    other = replace(RUN, run_id="run-2", **TRACKED)
    runs = [(RUN, {}), (other, {"A": ExecutionState.CACHED})]
    titles, first, second = lines_of(run_table(runs, {"run-1": loss}))
    assert titles.split("Nodes")[1].split() == ["Code", "Tags", "Last", "note", "A.m", "loss"]
    assert first.endswith("0.5")
    assert "01234567 on main, dirty  good, nightly  x" in second


def test_a_running_run_has_no_duration_yet() -> None:
    run = replace(RUN, state=RunState.RUNNING, parameters={}, pipeline_root="", ended=0.0)
    node = replace(NODE, state=ExecutionState.RUNNING, ended=0.0)
    assert lines_of(run_page(run, {"Train": node})) == [
        "Run run-1 of pipeline demo: running",
        f"  started: {moment(START)}",
        "",
        "Nodes",
        "  ~ Train  running",
    ]
    described = run_page_json(run, {"Train": node})
    assert (described["ended"], described["seconds"]) == (None, None)
    assert (described["nodes"][0]["ended"], described["nodes"][0]["seconds"]) == (None, None)


def test_several_artifacts_at_one_key_are_numbered() -> None:
    records = [ArtifactRecord("Model", "/one", id=1), ArtifactRecord("Model", "/two", id=2)]
    page = lines_of(node_page(replace(NODE, inputs={"models": records})))
    assert page[page.index("Inputs") + 1 :] == [
        "  models[0]  Model  (artifact 1)",
        "    uri: /one",
        "  models[1]  Model  (artifact 2)",
        "    uri: /two",
    ]


def test_square_brackets_of_the_author_are_no_markup() -> None:
    failed = replace(
        NODE,
        state=ExecutionState.FAILED,
        error=ErrorRecord("ValueError", "no [bold] here\nsecond line"),
    )
    page = lines_of(run_page(RUN, {"Train": failed}))
    assert "  ✗ Train  failed  1.00 s  ValueError: no [bold] here ..." in page
    assert page[page.index("Errors") + 1 :] == [
        "  Train: ValueError: no [bold] here",
        "    second line",
    ]


def test_an_error_without_a_traceback_is_shown_by_its_message() -> None:
    died = replace(
        NODE, state=ExecutionState.FAILED, error=ErrorRecord("WorkerDied", "killed by SIGKILL")
    )
    page = lines_of(node_page(died))
    assert page[page.index("Error") + 1 :] == ["  WorkerDied: killed by SIGKILL"]


def test_the_end_of_the_log_is_shown_without_its_terminal_codes(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("".join(f"line {n}\n" for n in range(40)) + "\x1b[31mred\x1b[0m\n")
    page = lines_of(node_page(replace(NODE, log_uri=str(log))))
    shown = page[page.index(f"Log: {log}") + 1 :]
    assert shown == [*(f"  line {n}" for n in range(21, 40)), "  red"]


def test_only_the_end_of_a_large_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text("x" * 200_000 + "\nlast\n")
    page = lines_of(node_page(replace(NODE, log_uri=str(log))))
    assert page[-1] == "  last"
    assert len(page[-2]) < 70_000


def test_a_log_that_is_gone(tmp_path: Path) -> None:
    page = lines_of(node_page(replace(NODE, log_uri=str(tmp_path / "gone.txt"))))
    assert not any(line.startswith("Log") for line in page)


def test_a_long_value_is_cut_and_kept_on_its_line() -> None:
    node = replace(NODE, parameters={"text": "a\nb" + "c" * 500, "list": [1, 2]})
    page = lines_of(node_page(node))
    assert page[page.index("Parameters") + 1 :] == [
        "  list: [1, 2]",
        f"  text: a b{'c' * 197}...",
    ]


def test_values_are_shown_if_they_are_small_and_can_be_read(tmp_path: Path) -> None:
    def record(kind: type[Float] | type[Bytes], name: str, payload: bytes) -> ArtifactRecord:
        (tmp_path / name).write_bytes(payload)
        return ArtifactRecord(kind.TYPE_NAME, str(tmp_path / name))

    outputs = {
        "good": [record(Float, "good", b"0.5")],
        "raw": [record(Bytes, "raw", b"\xff")],
        "broken": [record(Float, "broken", b"half")],
        "large": [record(Float, "large", b"1" * 20_000)],
        "gone": [ArtifactRecord("Float", str(tmp_path / "gone"))],
    }
    described = run_page_json(RUN, {"Train": replace(NODE, outputs=outputs)})
    values = {
        key: one[0].get("value", "nothing") for key, one in described["nodes"][0]["outputs"].items()
    }
    assert values == {
        "good": 0.5,
        "raw": "b'\\xff'",
        "broken": "nothing",
        "large": "nothing",
        "gone": "nothing",
    }


def test_the_table_of_runs() -> None:
    states = {"a": ExecutionState.COMPLETE, "b": ExecutionState.CACHED, "c": ExecutionState.FAILED}
    short = replace(RUN, run_id="r", pipeline_name="longer-name", ended=START + 0.5)
    assert lines_of(run_table([(RUN, states), (short, {})])) == [
        "Run    Pipeline     State     Started              Took        Nodes",
        f"run-1  demo         complete  {moment(START)}  1 min 15 s  2 ok, 1 failed",
        f"r      longer-name  complete  {moment(START)}  0.50 s",
    ]


def test_times_in_json_are_utc() -> None:
    described = run_summary_json((RUN, {"a": ExecutionState.CACHED}))
    assert described == {
        "run_id": "run-1",
        "pipeline": "demo",
        "state": "complete",
        "pipeline_root": "/root",
        "parameters": {"rows": 3},
        "tags": [],
        "notes": [],
        "environments": [],
        "started": "2023-11-14T22:13:20.250+00:00",
        "ended": "2023-11-14T22:14:35.250+00:00",
        "seconds": 75.0,
        "nodes": {"ok": 1},
    }
