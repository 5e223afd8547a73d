from __future__ import annotations

from pathlib import Path

import pytest

import components
from pipeline_lib import tfx
from pipeline_lib.errors import AuthoringError, UnsupportedError, UserModuleError
from pipeline_lib.tfx.not_here import what_to_use
from tests.fresh_process import run_python
from tests.whole_message import raises


def test_a_name_that_is_not_here() -> None:
    with raises(
        AttributeError,
        "tfx.components.Tuner is not in pipeline_lib: there is no Tuner. Search in your own "
        "run_fn, or bring hyperparameters in with tfx.dsl.Importer(artifact_type="
        "tfx.types.standard_artifacts.HyperParameters).",
    ):
        tfx.components.Tuner  # type: ignore[attr-defined]  # noqa: B018


def test_a_message_of_a_component_that_is_not_here() -> None:
    with raises(
        AttributeError,
        "tfx.proto.FeatureSlicingSpec is not in pipeline_lib: Evaluator takes the slices as "
        "slicing_specs of its eval_config, a tfma.EvalConfig.",
    ):
        tfx.proto.FeatureSlicingSpec  # type: ignore[attr-defined]  # noqa: B018


def test_a_module_that_is_not_here() -> None:
    with raises(
        AttributeError,
        "tfx.extensions.google_cloud_big_query is not in pipeline_lib: Google Cloud's services are "
        "not served. Call them in a component of your own, or keep the pipeline's steps that need "
        "them on TFX.",
    ):
        tfx.extensions.google_cloud_big_query  # type: ignore[attr-defined]  # noqa: B018


def test_drivers() -> None:
    for module in ("dsl.components.base.base_driver", "components.example_gen.driver"):
        assert what_to_use(f"tfx.{module}.BaseDriver") == (
            "the same code decides for all nodes whether they run. Data that a driver looks for is "
            "a parameter of the type InputPath, artifacts that it chooses are a Resolver's, with a "
            "strategy of your own, and what has to be there for a result to be used again is told "
            "with pipeline_lib.artifacts.outside.stands_for."
        )


def test_an_unknown_name() -> None:
    with raises(
        AttributeError,
        "tfx.orchestration has no 'LocalDagRuner'. These exist: 'LocalDagRunner', 'experimental', "
        "'metadata'. Did you mean 'LocalDagRunner'?",
    ):
        tfx.orchestration.LocalDagRuner  # type: ignore[attr-defined]  # noqa: B018


def test_an_unknown_module() -> None:
    with raises(
        AttributeError,
        "tfx has no 'component'. These exist: 'components', 'dsl', 'extensions', 'orchestration', "
        "'proto', 'testing', 'types', 'utils'. Did you mean 'components'?",
    ):
        tfx.component  # type: ignore[attr-defined]  # noqa: B018


def test_python_may_ask_for_names_of_its_own() -> None:
    assert not hasattr(tfx.components, "__wrapped__")


def test_a_folder_of_the_users_hides_the_components(tmp_path: Path) -> None:
    (tmp_path / "components").mkdir()
    users = tmp_path / "components" / "__init__.py"
    users.write_text("")
    code = """
from pipeline_lib import tfx
try:
    tfx.components.Trainer
except Exception as error:
    print(type(error).__name__, error, sep=": ", end="")
"""
    printed = run_python(f"import sys; sys.path.insert(0, '.'){code}", cwd=tmp_path)
    ours = Path(components.__file__).parent
    assert printed == (
        f"{UserModuleError.__name__}: {str(users)!r} hides the standard components in "
        f"{str(ours)!r}: both are imported as 'components'. Rename the first, or take its folder "
        "off sys.path."
    )


def test_functions_on_beam() -> None:
    with raises(
        AuthoringError,
        "@component(use_beam=True) is not in pipeline_lib: make the Beam pipeline in the function, "
        "or write a BaseComponent with a BeamExecutorSpec, which gets the pipeline's "
        "beam_pipeline_args.",
    ):
        tfx.dsl.components.component(use_beam=True)


def test_settings_of_tfxs_own_orchestrator() -> None:
    with raises(
        UnsupportedError,
        "Pipeline 'p': platform_config is for TFX's own orchestrator and has no meaning here. "
        "Leave it out; a node's resources are given by node.with_options(...).",
    ):
        tfx.dsl.Pipeline("p", platform_config=tfx.proto.TrainArgs())


def test_pipelines_without_end() -> None:
    with raises(
        UnsupportedError,
        "Pipeline 'p' has ExecutionMode.ASYNC: a run goes from the first node to the last and "
        "ends. Use ExecutionMode.SYNC.",
    ):
        tfx.dsl.Pipeline("p", execution_mode=tfx.dsl.ExecutionMode.ASYNC)


def test_spans() -> None:
    with raises(
        AuthoringError,
        "CsvExampleGen reads no spans: leave out range_config, and let input_base or the patterns "
        "of input_config say which files are read.",
    ):
        tfx.components.CsvExampleGen("data", range_config=tfx.proto.RangeConfig())  # type: ignore[arg-type]


@pytest.mark.parametrize("module", ["components", "dsl", "proto", "types", "utils"])
def test_listed_names_are_there(module: str) -> None:
    facade = getattr(tfx, module)
    assert all(hasattr(facade, name) for name in facade.__all__)
