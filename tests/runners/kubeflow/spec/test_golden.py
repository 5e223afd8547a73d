"""What whole pipelines become for Kubeflow, beside this file in `tests/golden/kubeflow`.

After a change that is meant: `pytest tests/runners/kubeflow/spec/test_golden.py --update-golden`,
then read the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pipeline_lib import Pipeline
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings
from pipelines.penguin.pipeline import create_pipeline as penguin
from tests.compiler import pipelines
from tests.fresh_process import REPOSITORY
from tests.runners.kubeflow.spec.documents import MOUNTED, REMOTE, document_of, without_pipeline

GOLDEN = REPOSITORY / "tests" / "golden" / "kubeflow"

CASES: Mapping[str, tuple[Callable[[], Pipeline], KubeflowSettings]] = {
    "conditional_chain": (pipelines.conditional_chain, REMOTE),
    "container": (pipelines.container, REMOTE),
    "container_mounted": (pipelines.container, MOUNTED),
    "control_flow": (pipelines.control_flow, REMOTE),
    "custom_components": (pipelines.custom_components, REMOTE),
    "penguin": (penguin, MOUNTED),
}


@pytest.mark.parametrize("name", CASES)
def test_compiled_pipeline_is_as_before(name: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDEN / f"{name}.yaml"
    make, settings = CASES[name]
    text = without_pipeline(document_of(make(), settings)).to_yaml()
    if request.config.getoption("--update-golden"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_equal_pipelines_give_equal_texts(name: str) -> None:
    make, settings = CASES[name]
    assert document_of(make(), settings).to_yaml() == document_of(make(), settings).to_yaml()
