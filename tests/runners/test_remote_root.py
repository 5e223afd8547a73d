"""A pipeline root in an object store; every worker and every run is a process that sees others'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import fsspec
import pytest
from click.testing import CliRunner

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.artifacts import files
from pipeline_lib.cli.main import plib
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineLibError, PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState
from tests.runners import remote_steps
from tests.whole_message import raises


def _pipeline(root: str, *, flag: str = "") -> Pipeline:
    make = remote_steps.Make()
    nodes: list[BaseNode] = [make, remote_steps.Count(examples=make.outputs["examples"])]
    if flag:
        nodes.append(remote_steps.FailOnce(examples=make.outputs["examples"], flag=flag))
    return Pipeline("remote", root, nodes, enable_cache=True)


def test_outputs_logs_and_the_cache_are_there(s3_bucket: str, config: SqliteConnection) -> None:
    runner = LocalRunner(2, progress=False)
    first, second = (
        runner.run(_pipeline(f"{s3_bucket}/root"), metadata_connection_config=config)
        for _ in range(2)
    )
    made = first.executions["Make"]
    assert files.file_names(made.outputs["examples"][0].uri) == ["deep/second", "first"]
    assert files.read_bytes(made.log_uri) == b"made\n"
    assert files.read_bytes(first.executions["Count"].outputs["rows"][0].uri) == b"6"
    assert {one.state for one in second.executions.values()} == {ExecutionState.CACHED}
    assert not [name for name in files.file_names(s3_bucket) if "partial" in name]


def test_what_is_gone_is_made_again(s3_bucket: str, config: SqliteConnection) -> None:
    runner = LocalRunner(2, progress=False)
    first = runner.run(_pipeline(f"{s3_bucket}/root"), metadata_connection_config=config)
    files.remove(first.executions["Make"].outputs["examples"][0].uri)
    second = runner.run(_pipeline(f"{s3_bucket}/root"), metadata_connection_config=config)
    states = {id: one.state for id, one in second.executions.items()}
    assert states == {"Make": ExecutionState.COMPLETE, "Count": ExecutionState.CACHED}


def test_a_run_is_taken_up_again(s3_bucket: str, config: SqliteConnection) -> None:
    runner = LocalRunner(1, progress=False)
    pipeline = _pipeline(f"{s3_bucket}/root", flag=f"{s3_bucket}/flag")
    with pytest.raises(PipelineRunError):
        runner.run(pipeline, run_id="r", metadata_connection_config=config)
    again = runner.resume("r", metadata_connection_config=config)
    assert again.executions["FailOnce"].state is ExecutionState.COMPLETE


@pytest.fixture
def no_credentials(
    s3_bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[], None]:
    """A callable after which the bucket cannot be reached."""

    def forget() -> None:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("HOME", str(tmp_path))
        fsspec.get_filesystem_class("s3").clear_instance_cache()

    return forget


def test_a_log_that_cannot_be_read_does_not_hide_the_rest(
    s3_bucket: str, config: SqliteConnection, no_credentials: Callable[[], None]
) -> None:
    runner = LocalRunner(1, progress=False)
    runner.run(_pipeline(f"{s3_bucket}/root"), run_id="r", metadata_connection_config=config)
    no_credentials()
    shown = CliRunner().invoke(plib, ["show", "r", "Make", "--store", config.path])
    assert shown.exit_code == 0
    assert (
        "The log cannot be read: NoCredentialsError: Unable to locate credentials" in shown.output
    )


def test_a_root_that_cannot_be_reached_is_told_before_the_run(
    s3_bucket: str, config: SqliteConnection, no_credentials: Callable[[], None]
) -> None:
    no_credentials()
    root = f"{s3_bucket}/root"
    with raises(
        PipelineLibError,
        f"Pipeline root {root!r} cannot be written: Unable to locate credentials. "
        "Give another with pipeline_root=...",
    ):
        LocalRunner(1, progress=False).run(_pipeline(root), metadata_connection_config=config)
