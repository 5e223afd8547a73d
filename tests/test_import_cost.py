from __future__ import annotations

from pathlib import Path

import pytest

from tests.fresh_process import REPOSITORY, run_python

HEAVY = {
    "apache_beam",
    "google.protobuf",
    "grpc",
    "keras",
    "kfp",
    "ml_metadata",
    "numpy",
    "pandas",
    "rich",
    "tensorflow",
    "tensorflow_data_validation",
    "tensorflow_model_analysis",
    "tensorflow_transform",
}
"""What authoring and compiling must not load."""

COMPONENTS = sorted(
    str(path.relative_to(REPOSITORY).with_suffix("")).replace("/", ".")
    for path in REPOSITORY.glob("components/*/component.py")
)

COMPILE = """
from pipeline_lib import Pipeline, compile
from tests.compiler import pipelines
compile(pipelines.custom_components())
compile(pipelines.conditional_chain())
"""


def _heavy_modules_after(code: str, cwd: Path) -> set[str]:
    loaded = run_python(f"{code}\nimport sys; print(*sys.modules)", cwd=cwd).split()
    return HEAVY & set(loaded)


def test_import_of_the_library_is_light(tmp_path: Path) -> None:
    assert _heavy_modules_after("import pipeline_lib", tmp_path) == set()


def test_compiling_is_light(tmp_path: Path) -> None:
    assert _heavy_modules_after(COMPILE, tmp_path) == set()


def test_there_are_components() -> None:
    assert len(COMPONENTS) >= 9


@pytest.mark.parametrize("module", COMPONENTS)
def test_declaration_of_a_component_is_light(module: str, tmp_path: Path) -> None:
    assert _heavy_modules_after(f"import {module}", tmp_path) == set()
