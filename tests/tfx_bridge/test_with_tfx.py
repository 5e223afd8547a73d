"""Says that the tests here were skipped where they were; without `tfx` only this is collected."""

from __future__ import annotations

import importlib
import importlib.util

import pytest


def test_there_is_tfx() -> None:
    pytest.importorskip("tfx", reason="they need the tfx package: make test-tfx")
    importlib.import_module("pipeline_lib.tfx_bridge")


def test_without_tfx_the_bridge_says_what_to_install() -> None:
    if importlib.util.find_spec("tfx") is not None:
        pytest.skip("tfx is here")
    expected = (
        "pipeline_lib.tfx_bridge works with the 'tfx' package, which is not installed here. "
        "On Python 3.10: pip install tfx==1.16.0 dill"
    )
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("pipeline_lib.tfx_bridge")
    assert str(caught.value) == expected
