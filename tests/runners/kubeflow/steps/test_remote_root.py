"""A pipeline root in an object store: outputs and logs are copied there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.artifacts import files
from pipeline_lib.compiler.compile import compile
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import open_store
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from tests.contracts.normalised_store import difference, run_in_words
from tests.runners import remote_steps
from tests.runners.kubeflow.steps.in_order import InOrder


def _pipeline(root: str) -> Pipeline:
    make = remote_steps.Make()
    return Pipeline("remote", root, [make, remote_steps.Count(examples=make.outputs["examples"])])


def test_leaves_the_records_of_the_local_runner(
    s3_bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    configs = [SqliteConnection(str(tmp_path / f"{name}.sqlite")) for name in ("local", "steps")]
    roots = [f"{s3_bucket}/local", f"{s3_bucket}/steps"]
    LocalRunner(2, progress=False).run(
        _pipeline(roots[0]), run_id="local-run", metadata_connection_config=configs[0]
    )
    monkeypatch.setenv("PIPELINE_LIB_STORE", configs[1].path)
    assert InOrder(compile(_pipeline(roots[1])), "steps-run", tmp_path, main).run() == 0
    assert capfdbinary.readouterr().out == b"made\n"
    (expected,) = run_in_words(configs[0], ["local-run"], Path(roots[0]))
    (found,) = run_in_words(configs[1], ["steps-run"], Path(roots[1]))
    places = [
        [line.replace(root, "ROOT") for line in lines]
        for root, lines in zip(roots, (expected, found), strict=True)
    ]
    assert difference(places[1], places[0]) == ""
    with closing(open_store(configs[1])) as store:
        made = store.execution("steps-run", "Make")
    assert made is not None
    assert files.read_bytes(made.log_uri) == b"made\n"
