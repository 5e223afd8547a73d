"""Imports of TFX's own modules, in a process where they find this library."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

from pipeline_lib.tfx.deeper.places import NAMES, SAME_MODULE
from pipeline_lib.tfx.facade_module import object_at
from tests.fresh_process import run_python

SERVE = "from pipeline_lib.tfx.as_tfx import serve_as_tfx; serve_as_tfx()\n"
PLACES = sorted({place for names in NAMES.values() for place in names.values()})


def printed_error(statement: str, folder: Path) -> str:
    code = f"""{SERVE}
try:
    {statement}
except Exception as error:
    print(type(error).__name__, error, sep=": ", end="")
"""
    return run_python(code, cwd=folder)


@pytest.mark.parametrize("place", [place for place in PLACES if ".executor:" not in place])
def test_every_name_is_where_the_table_says(place: str) -> None:
    assert object_at(place) is not None


@pytest.mark.parametrize("place", [place for place in PLACES if ".executor:" in place])
def test_every_executor_is_where_the_table_says(place: str) -> None:
    module, _, name = place.partition(":")
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text())
    assert name in {one.name for one in tree.body if isinstance(one, ast.ClassDef)}


@pytest.mark.parametrize("module", sorted(SAME_MODULE.values()))
def test_every_module_is_where_the_table_says(module: str) -> None:
    assert importlib.import_module(module).__doc__


def test_the_facade_is_tfx_v1(tmp_path: Path) -> None:
    code = f"""{SERVE}
import tfx
import tfx.v1 as by_path
from tfx import v1 as by_name
from tfx.v1 import proto
from tfx.v1.types.standard_artifacts import Model
from tfx.dsl.io import fileio
import tfx.components
import tfx.orchestration.local.local_dag_runner
import pipeline_lib.tfx

assert by_path is by_name is pipeline_lib.tfx
assert proto is by_name.proto
assert Model is by_name.types.standard_artifacts.Model
assert fileio is by_name.dsl.io.fileio
assert tfx.components.Trainer is by_name.components.Trainer
runners = tfx.orchestration.local.local_dag_runner
assert runners.LocalDagRunner is by_name.orchestration.LocalDagRunner
assert tfx.__version__ == "1.16.0"
assert "Trainer" in tfx.components.__all__
"""
    run_python(code, cwd=tmp_path)


def test_interactive_context_is_where_notebooks_of_tfx_import_it_from(tmp_path: Path) -> None:
    code = f"""{SERVE}
from tfx.orchestration.experimental.interactive.interactive_context import InteractiveContext
import tfx.orchestration.experimental.interactive.notebook_extensions.skip as skip
import pipeline_lib
assert InteractiveContext is pipeline_lib.InteractiveContext
assert callable(skip.load_ipython_extension)
"""
    run_python(code, cwd=tmp_path)


def test_importing_tfx_is_light(tmp_path: Path) -> None:
    code = f"{SERVE}from tfx import v1, types, components; import sys; print(*sys.modules)"
    loaded = set(run_python(code, cwd=tmp_path).split())
    assert {"tensorflow", "apache_beam", "tensorflow_data_validation"} & loaded == set()


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (
            "from tfx.components import Tuner",
            "ImportError: tfx.components.Tuner is not in pipeline_lib: there is no Tuner. Search "
            "in your own run_fn, or bring hyperparameters in with tfx.dsl.Importer(artifact_type="
            "tfx.types.standard_artifacts.HyperParameters).",
        ),
        (
            "from tfx.v1.orchestration.experimental import get_default_kubeflow_metadata_config",
            "ImportError: tfx.orchestration.experimental.get_default_kubeflow_metadata_config is "
            "not in pipeline_lib: the containers' metadata store is the pipeline's, or the one in "
            "the secret that is named by KubeflowV2DagRunnerConfig(store_secret=...).",
        ),
        (
            "import tfx.orchestration.kubeflow.kubeflow_dag_runner",
            "ImportError: tfx.orchestration.kubeflow.kubeflow_dag_runner is not in pipeline_lib: "
            "use tfx.orchestration.experimental.KubeflowV2DagRunner, which compiles for Kubeflow "
            "Pipelines 2, or pipeline_lib.KubeflowRunner, which also runs there.",
        ),
        (
            "from tfx.proto import tuner_pb2",
            "ImportError: tfx.proto.tuner_pb2 is not in pipeline_lib: there is no Tuner. Search in "
            "your own run_fn, or bring hyperparameters in with tfx.dsl.Importer(artifact_type="
            "tfx.types.standard_artifacts.HyperParameters).",
        ),
        (
            "from tfx.utils import protos_utils",
            "ImportError: tfx.utils has no 'protos_utils'. These exist: 'io_utils', 'json_utils', "
            "'path_utils', 'proto_utils'. Did you mean 'proto_utils'?",
        ),
        (
            "from tfx.v1 import component",
            "ImportError: tfx has no 'component'. These exist: 'components', 'dsl', 'extensions', "
            "'orchestration', 'proto', 'testing', 'types', 'utils'. Did you mean 'components'?",
        ),
        (
            "from tfx.types import artifact; artifact.Artefact",
            "AttributeError: tfx.types.artifact has no 'Artefact'. These exist: 'Artifact', "
            "'JsonValue', 'Property', 'PropertyType'. Did you mean 'Artifact'?",
        ),
        (
            "import tfx.examples.penguin",
            "ImportError: tfx.examples is not found. TFX's own programs are taken from a checkout "
            "of TFX: put the folder that holds its folder 'tfx' on PYTHONPATH.",
        ),
    ],
)
def test_what_is_not_there(statement: str, error: str, tmp_path: Path) -> None:
    assert printed_error(statement, tmp_path) == error


def test_a_component_among_tfxs_own_examples_is_compiled(tmp_path: Path) -> None:
    folder = tmp_path / "tfx" / "examples" / "greeting"
    folder.mkdir(parents=True)
    (folder / "hello.py").write_text(
        "from tfx import v1 as tfx\n\n"
        "@tfx.dsl.components.component\n"
        "def Hello(name: tfx.dsl.components.Parameter[str]): ...\n"
    )
    code = (
        f"import sys; sys.path.append('.')\n{SERVE}"
        "from tfx.examples.greeting.hello import Hello\n"
        "from pipeline_lib import Pipeline, compile\n"
        "print(compile(Pipeline('p', components=[Hello(name='x')])).nodes[0].type_name)"
    )
    assert run_python(code, cwd=tmp_path) == "tfx.examples.greeting.hello.Hello\n"


def test_tfxs_own_examples_are_taken_from_a_checkout(tmp_path: Path) -> None:
    example = tmp_path / "tfx" / "examples" / "greeting" / "hello.py"
    example.parent.mkdir(parents=True)
    example.write_text("from tfx import v1 as tfx\nNAME = tfx.components.Trainer.__name__\n")
    code = f"import sys; sys.path.append('.')\n{SERVE}from tfx.examples.greeting.hello import NAME"
    assert run_python(f"{code}; print(NAME)", cwd=tmp_path) == "Trainer\n"


def test_tfx_itself_has_been_imported(tmp_path: Path) -> None:
    (tmp_path / "tfx.py").write_text("")
    code = "import os, sys; sys.path.insert(0, os.getcwd()); import tfx\n"
    printed = run_python(
        f"{code}try:\n    {SERVE}except Exception as error:\n    print(error, end='')", cwd=tmp_path
    )
    assert printed == (
        f"This process has imported TFX itself, from {str(tmp_path / 'tfx.py')!r}. Serve "
        "pipeline_lib as 'tfx' before anything imports it."
    )
