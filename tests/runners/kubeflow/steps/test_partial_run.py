"""Runs of some nodes, with what an earlier run has made of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib import LocalRunner, Pipeline, RunOptions
from pipeline_lib.compiler.compile import compile
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from tests.contracts.normalised_store import difference, run_in_words
from tests.runners import steps
from tests.runners.kubeflow.steps.in_order import InOrder


def _pipeline(folder: Path) -> Pipeline:
    count = steps.Count(start=3)
    add = steps.Add(n=count.outputs["n"])
    more = steps.Add(n=add.outputs["n"], amount=5).with_id("more")
    most = steps.Add(n=more.outputs["n"], amount=7).with_id("most")
    return Pipeline("p", str(folder / "root"), [count, add, more, most])


def test_leaves_the_records_of_the_local_runner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / "local", tmp_path / "steps"]
    configs = [SqliteConnection(str(folder / "store.sqlite")) for folder in folders]
    local = LocalRunner(inline=True, progress=False)
    for run_id, options in (("r1", RunOptions()), ("r2", RunOptions(["more"], ["more"]))):
        local.run(
            _pipeline(folders[0]),
            run_id=run_id,
            options=options,
            metadata_connection_config=configs[0],
        )
    monkeypatch.setenv("PIPELINE_LIB_STORE", configs[1].path)
    for run_id, words in (("r1", ()), ("r2", ("--from-node", "more", "--to-node", "more"))):
        assert (
            InOrder(compile(_pipeline(folders[1])), run_id, folders[1], main).run({}, *words) == 0
        )
    expected, found = (
        run_in_words(config, ["r1", "r2"], folder)
        for config, folder in zip(configs, folders, strict=True)
    )
    for ours, others in zip(found, expected, strict=True):
        assert difference(ours, others) == ""
