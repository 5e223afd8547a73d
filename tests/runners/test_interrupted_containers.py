"""Ctrl-C and sudden death of the runner leave no container, and a store that can be read."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import LocalRunner, Pipeline
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState, MetadataStore, RunState
from pipeline_lib.runners.local.container_engine import OWNER_LABEL
from tests.docker_engine import DockerEngine
from tests.runners import container_steps as steps
from tests.runners.conftest import StartScript

BLOCKING = """
    import signal, sys
    from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
    from tests.runners import container_steps as steps

    if __name__ == "__main__":
        # Where the tests run in the background of a shell, it is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        folder, kind, image = sys.argv[1:]
        work = steps.write(image, 'echo begun > "$1"/begun; exec sleep 600')
        config = sqlite_metadata_connection_config(f"{folder}/store.sqlite")
        pipeline = Pipeline("p", f"{folder}/root", [work], metadata_connection_config=config)
        LocalRunner(2, inline=kind == "inline", progress=False).run(pipeline, run_id="killed")
"""

OpenStore = Callable[[], MetadataStore]


@pytest.fixture
def started(docker_engine: DockerEngine) -> Iterator[Callable[[], str]]:
    """Waits until a container of the run has been started; its id."""
    wanted = {"event": "start", "label": "pipeline_lib.run=killed"}
    events = docker_engine.client.events(decode=True, filters=wanted)
    yield lambda: str(next(events)["id"])
    events.close()


def containers(engine: DockerEngine) -> list[Any]:
    wanted = {"label": [OWNER_LABEL, "pipeline_lib.run=killed"]}
    found: list[Any] = engine.client.containers.list(all=True, filters=wanted)
    return found


def files_left(folder: Path) -> list[str]:
    node = folder / "root" / "Work"
    return sorted(str(path.relative_to(node)) for path in node.glob("*/*"))


@pytest.mark.parametrize("kind", ["inline", "workers"])
def test_an_interrupted_run_is_canceled_and_its_container_removed(
    kind: str,
    docker_engine: DockerEngine,
    base_image: str,
    started: Callable[[], str],
    start_script: StartScript,
    tmp_path: Path,
    opened: OpenStore,
) -> None:
    process = start_script(BLOCKING, "script.py", str(tmp_path), kind, base_image)
    started()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT, errors
    assert errors.endswith("KeyboardInterrupt\n")
    assert containers(docker_engine) == []
    store = opened()
    execution = store.execution("killed", "Work")
    assert execution is not None
    assert (execution.state, execution.reason) == (ExecutionState.CANCELED, "interrupted")
    assert store.run("killed").state is RunState.CANCELED
    assert files_left(tmp_path) == [".system/1"]


def test_what_a_killed_runner_has_left_is_removed_by_the_next(
    docker_engine: DockerEngine,
    base_image: str,
    started: Callable[[], str],
    start_script: StartScript,
    tmp_path: Path,
    config: SqliteConnection,
) -> None:
    process = start_script(BLOCKING, "script.py", str(tmp_path), "workers", base_image)
    started()
    process.kill()
    process.communicate(timeout=60)
    (left,) = containers(docker_engine)
    assert left.status == "running"
    mended = Pipeline("p", str(tmp_path / "root"), [steps.write(base_image, 'echo > "$1"/done')])
    runner = LocalRunner(2, progress=False)
    result = runner.resume("killed", mended, metadata_connection_config=config)
    assert result["Work"].state is ExecutionState.COMPLETE
    assert containers(docker_engine) == []
    assert files_left(tmp_path) == [".system/1", ".system/2", "out/2"]


def test_containers_of_a_runner_that_lives_are_left_alone(
    docker_engine: DockerEngine,
    base_image: str,
    started: Callable[[], str],
    start_script: StartScript,
    tmp_path: Path,
) -> None:
    process = start_script(BLOCKING, "script.py", str(tmp_path), "workers", base_image)
    started()
    other = Pipeline("other", str(tmp_path / "other"), [steps.say(base_image, "true")])
    config = SqliteConnection(str(tmp_path / "other.sqlite"))
    LocalRunner(1, progress=False).run(other, metadata_connection_config=config)
    (still_there,) = containers(docker_engine)
    assert still_there.status == "running"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert containers(docker_engine) == []
