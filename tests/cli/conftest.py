"""A working folder for `plib`, and one with recorded runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.desk import Desk, Recorded, desk_in
from tests.runners.kubeflow.client.kfp_fixture import kfp_stub as kfp_stub


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty store, and `steps.py`."""
    with desk_in(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def recorded_runs(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Three runs of `steps.py`, in workers: complete, cached, and failed in the second node."""
    folder = tmp_path_factory.mktemp("recorded")
    with desk_in(folder) as desk:
        desk.plib("run", "steps.py")
        desk.plib("run", "steps.py")
        desk.plib("run", "steps.py", "--param", "rows=0")
        listed = desk.plib("runs").stdout.splitlines()[1:]
    failed, cached, complete = (line.split()[0] for line in listed)
    return Recorded(Desk(folder), complete, cached, failed)


@pytest.fixture
def recorded(recorded_runs: Recorded) -> Iterator[Recorded]:
    """The recorded runs, with their folder as the working directory."""
    with desk_in(recorded_runs.desk.folder):
        yield recorded_runs
