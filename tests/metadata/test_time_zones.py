"""Queries of the store where the system has no time zones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline_lib.metadata.time_zones import provide_time_zones


def test_those_of_the_package_are_used_where_the_system_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZDIR", raising=False)
    with monkeypatch.context() as patch:
        patch.setenv("TZDIR", "set before")
        provide_time_zones(str(tmp_path / "none"))
        assert _variable() == "set before"
    provide_time_zones(str(tmp_path))
    assert _variable() is None
    provide_time_zones(str(tmp_path / "none"))
    folder = _variable()
    monkeypatch.delenv("TZDIR")
    assert folder is not None
    assert Path(folder, "America", "Los_Angeles").is_file()


def _variable() -> str | None:

    return os.environ.get("TZDIR")
