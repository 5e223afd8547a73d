from __future__ import annotations

from pathlib import Path

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.metadata.store import ExecutionState
from pipeline_lib.report.training_logs import as_logdir_spec, training_logs
from tests.report.records import execution
from tests.whole_message import raises


def logged(folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "events.out.tfevents.1").write_bytes(b"")
    return str(folder)


def test_logs_are_found_by_node_and_by_output_where_there_are_more(tmp_path: Path) -> None:
    runs = [ArtifactRecord("ModelRun", logged(tmp_path / name)) for name in "abc"]
    gone = ArtifactRecord("ModelRun", str(tmp_path / "gone"))
    other = ArtifactRecord("Report", logged(tmp_path / "other"))
    executions = {
        "One": execution(0, name="One", outputs={"model_run": [runs[0]], "report": [other]}),
        "Two": execution(1, name="Two", outputs={"model_run": runs[1:], "old": [gone]}),
        "Found": execution(2, name="Found", outputs={"model_run": [runs[0]]}, chosen=True),
    }
    assert training_logs(executions, str(tmp_path)) == {
        "One": runs[0].uri,
        "Two.model_run[0]": runs[1].uri,
        "Two.model_run[1]": runs[2].uri,
    }


def test_a_node_that_is_running_is_followed(tmp_path: Path) -> None:
    running = execution(4, name="Train", outputs={}, state=ExecutionState.RUNNING)
    owner = tmp_path / "Train" / ".system" / str(running.id) / "run_id"
    owner.parent.mkdir(parents=True)
    owner.write_text(running.run_id)
    place = logged(tmp_path / "Train" / "model_run" / f".{running.id}.partial")
    assert training_logs({"Train": running}, str(tmp_path)) == {"Train": place}


def test_a_comma_cannot_be_written() -> None:
    assert as_logdir_spec({"A": "gs://b/a", "B": "/b"}) == "A:gs://b/a,B:/b"
    with raises(
        PipelineLibError,
        "TensorBoard's --logdir_spec cannot name '/a,b', which has a comma. "
        "Start TensorBoard with 'plib tensorboard' and without --print-logdir.",
    ):
        as_logdir_spec({"A": "/a,b"})
