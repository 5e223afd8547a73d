from __future__ import annotations

import json
from pathlib import Path

from pipeline_lib import tfx
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.metadata.store import RunState
from tests.tfx.steps import Make, Report
from tests.whole_message import raises

FinalStatusStr = tfx.orchestration.experimental.FinalStatusStr


def test_a_pipeline_with_an_exit_handler(tmp_path: Path) -> None:
    make = Make(number=1)
    store = tfx.orchestration.metadata.sqlite_metadata_connection_config(str(tmp_path / "store.db"))
    pipeline = tfx.dsl.Pipeline("exit", str(tmp_path / "root"), store, [make, make])
    runner = tfx.orchestration.LocalDagRunner()
    runner.set_exit_handler([Report(status=FinalStatusStr(), path=str(tmp_path / "status"))])
    assert runner.run(pipeline).run.state is RunState.COMPLETE
    assert json.loads((tmp_path / "status").read_text())["state"] == "SUCCEEDED"
    assert pipeline.components == [make]
    assert pipeline.exit_handler is None


def test_several_exit_handlers() -> None:
    handlers = [Report(status=FinalStatusStr(), path="a"), Report(status="b", path="b")]
    with raises(
        UnsupportedError,
        f"LocalDagRunner: a pipeline has one exit handler, got {handlers!r}.",
    ):
        tfx.orchestration.LocalDagRunner().set_exit_handler(handlers)
