"""Loads models with the real manager and loader, for tests of what is built upon them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline_lib.serving.servables.manager import ServableManager
from pipeline_lib.serving.servables.saved_model import SavedModelLoader
from pipeline_lib.serving.servables.servable import VersionState


@contextmanager
def loaded(*base_paths: Path) -> Iterator[ServableManager]:
    """A manager that has version 1 of each model available, by the name of its folder."""
    manager = ServableManager({"tensorflow": SavedModelLoader()})
    for base_path in base_paths:
        manager.aspire(base_path.name, {1: str(base_path / "1")})

    def available() -> bool:
        states = [manager.statuses(base_path.name)[0].state for base_path in base_paths]
        return all(state is VersionState.AVAILABLE for state in states)

    try:
        assert manager.wait_until(available, 50)
        yield manager
    finally:
        manager.stop(10)
