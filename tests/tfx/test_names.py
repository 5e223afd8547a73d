from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import components
import pipeline_lib
from pipeline_lib import tfx
from pipeline_lib.tfx.not_here import NOT_HERE, what_to_use
from tests.tfx.tfx_v1 import NAMES, facade_modules, facade_object, is_refused


def tfx_name(module: ModuleType, name: str) -> str:
    return f"tfx{module.__name__.removeprefix('pipeline_lib.tfx')}.{name}"


def test_every_name_of_tfx_is_there_or_refused_with_what_to_use() -> None:
    untold = [name for name in NAMES if is_refused(name) and not what_to_use(name)]
    assert untold == []


def test_nothing_is_both_there_and_refused() -> None:
    assert [name for name in NOT_HERE if not is_refused(name)] == []


def test_refusals_are_of_names_that_tfx_has() -> None:
    assert set(NOT_HERE) - set(NAMES) == set()


def test_the_facade_has_no_names_that_tfx_has_not() -> None:
    ours = {tfx_name(module, name) for module in facade_modules() for name in module.__all__}
    assert ours - set(NAMES) == set()


def test_what_is_not_listed_is_not_public() -> None:
    for module in facade_modules():
        assert sorted(module.__all__) == sorted(set(module.__all__)), module.__name__


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("tfx.components.Trainer", components.Trainer),
        ("tfx.dsl.Artifact", pipeline_lib.Artifact),
        ("tfx.dsl.Channel", pipeline_lib.Channel),
        ("tfx.dsl.Cond", pipeline_lib.Cond),
        ("tfx.dsl.Importer", pipeline_lib.Importer),
        ("tfx.dsl.Resolver", pipeline_lib.Resolver),
        ("tfx.dsl.components.InputArtifact", pipeline_lib.InputArtifact),
        ("tfx.dsl.experimental.RuntimeParameter", pipeline_lib.RuntimeParameter),
        (
            "tfx.dsl.experimental.create_container_component",
            pipeline_lib.create_container_component,
        ),
        (
            "tfx.orchestration.metadata.sqlite_metadata_connection_config",
            pipeline_lib.sqlite_metadata_connection_config,
        ),
        ("tfx.types.BaseComponent", pipeline_lib.BaseComponent),
        ("tfx.types.standard_artifacts.Model", pipeline_lib.standard_artifacts.Model),
    ],
)
def test_the_same_objects(name: str, native: object) -> None:
    assert facade_object(name) is native


def test_a_facade_pipeline_is_a_pipeline() -> None:
    assert issubclass(tfx.dsl.Pipeline, pipeline_lib.Pipeline)


def test_every_class_and_function_is_documented() -> None:
    undocumented = [
        name
        for name in NAMES
        if not is_refused(name)
        and (inspect.isclass(facade_object(name)) or inspect.isfunction(facade_object(name)))
        and not facade_object(name).__doc__
        and not hasattr(facade_object(name), "DESCRIPTOR")
    ]
    assert undocumented == []
