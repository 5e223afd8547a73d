"""A disk that is full."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.errors import MetadataStoreError, PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord
from tests.runners import steps


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("inline", [True, False])
def test_a_node_that_fills_the_disk_fails_and_frees_it_again(
    small_disk: Path,
    config: SqliteConnection,
    in_store: Callable[[str], ExecutionRecord],
    inline: bool,
) -> None:
    fill = steps.FillDisk()
    pipeline = Pipeline("p", str(small_disk / "root"), [fill, steps.WriteReport()])
    runner = LocalRunner(1, inline=inline, progress=False)
    with pytest.raises(PipelineRunError):
        runner.run(pipeline, run_id="r", metadata_connection_config=config)
    error = in_store("FillDisk").error
    assert error is not None
    assert (error.type, error.message) == ("OSError", "[Errno 28] No space left on device")
    assert in_store("WriteReport").state.name == "COMPLETE"
    assert list((small_disk / "root" / "FillDisk" / "model").iterdir()) == []


def test_a_store_on_a_full_disk_is_an_error_of_ours(small_disk: Path, tmp_path: Path) -> None:
    config = SqliteConnection(str(small_disk / "store.sqlite"))
    pipeline = Pipeline("p", str(tmp_path / "root"), [steps.Count()])
    runner = LocalRunner(inline=True, progress=False)
    runner.run(pipeline, metadata_connection_config=config)
    with (small_disk / "rest").open("wb", buffering=0) as rest:
        try:
            while rest.write(bytes(4096)):
                pass
        except OSError:
            pass
    with pytest.raises(MetadataStoreError, match="full"):
        runner.run(pipeline, metadata_connection_config=config)
