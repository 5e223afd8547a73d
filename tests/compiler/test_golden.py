"""What the compiler makes of whole pipelines, beside this file in `tests/golden`.

After a change that is meant: `pytest tests/compiler/test_golden.py --update-golden`, then read the
difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline_lib import Pipeline, compile
from pipeline_lib.ir import serde
from tests.compiler import pipelines
from tests.fresh_process import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden"


def _text(pipeline: Pipeline) -> str:
    """The IR as text, without what is said of the executors' source: it changes with every edit."""
    text = serde.to_text(replace(compile(pipeline), code=()))
    return re.sub(r'digest: "[0-9a-f]{16}"', 'digest: "<digest of the source>"', text)


@pytest.mark.parametrize(
    "make",
    [
        pipelines.conditional_chain,
        pipelines.container,
        pipelines.control_flow,
        pipelines.custom_components,
    ],
)
def test_compiled_pipeline_is_as_before(
    make: Callable[[], Pipeline], request: pytest.FixtureRequest
) -> None:
    golden = GOLDEN / f"{make.__name__}.pbtxt"
    text = _text(make())
    if request.config.getoption("--update-golden"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_no_golden_file_is_left_over() -> None:
    names = {path.stem for path in GOLDEN.glob("*.pbtxt")}
    assert names == {"conditional_chain", "container", "control_flow", "custom_components"}
