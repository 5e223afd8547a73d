from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline_lib.cli.example_request import curl_line
from pipeline_lib.cli.main import plib
from tests.fresh_process import run_python

pytest.importorskip("tensorflow_serving")

URL = "http://127.0.0.1:8501/v1/models/m"


@pytest.fixture(scope="module")
def penguin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a model was pushed to."""
    from tests.serving import saved_models

    folder = tmp_path_factory.mktemp("serving") / "penguin"
    saved_models.two_by_two(str(folder / "1"))
    return folder


def usage_error(*arguments: str) -> str:
    result = CliRunner().invoke(plib, ["serve", *arguments], prog_name="plib")
    assert result.exit_code == 2
    return result.stderr.rpartition("Error: ")[2]


def test_a_pushed_model_is_served_by_the_name_of_its_folder_and_can_be_tried(
    penguin: Path,
) -> None:
    command = ["serve", str(penguin), "--port=auto", "--rest_api_port=auto"]
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline_lib.cli", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready, example = process.stdout.readline(), process.stdout.readline()
        assert ready.startswith("Ready: gRPC at 127.0.0.1:")
        match = re.fullmatch(
            r"Try it: curl -d '(.*)' (http://.*/v1/models/penguin:predict)\n", example
        )
        assert match is not None, example
        with urllib.request.urlopen(match[2], match[1].encode(), timeout=30) as response:
            assert b"product" in response.read()
        process.terminate()
        assert process.wait(30) == 0


def test_a_folder_that_is_not_there() -> None:
    assert usage_error("no/folder") == "There is no directory 'no/folder'.\n"


def test_a_version_in_place_of_the_folder_of_versions(penguin: Path) -> None:
    version = str(penguin / "1")
    assert usage_error(version) == (
        f"{version!r} is a version of a model. Give the directory that holds the versions: "
        f"{str(penguin)!r}.\n"
    )


def test_a_folder_and_a_config_file(penguin: Path) -> None:
    assert usage_error(str(penguin), "--model_config_file=models.config") == (
        "Give either DIRECTORY or --model_config_file, not both.\n"
    )


def test_no_model_at_all() -> None:
    assert usage_error() == (
        "There is no model to serve: give --model_base_path=DIRECTORY, whose subdirectories "
        "1, 2, ... are versions of the model, or --model_config_file=FILE.\n"
    )


def test_options_are_checked_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from pipeline_lib.cli.main import plib\n"
        "CliRunner().invoke(plib, ['serve', 'no/folder'])\n"
        "heavy = {'tensorflow', 'numpy', 'grpc', 'google.protobuf', 'uvicorn'}\n"
        "print('loaded:', heavy & set(sys.modules))\n"
    )
    assert run_python(program, cwd=tmp_path) == "loaded: set()\n"


def test_without_the_packages_of_the_extra(penguin: Path, tmp_path: Path) -> None:
    program = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "missing = ('grpc', 'uvloop')\n"
        "importlib.util.find_spec = lambda name: None if name in missing else find(name)\n"
        "from pipeline_lib.cli.main import plib\n"
        "from click.testing import CliRunner\n"
        "result = CliRunner().invoke(plib, ['serve', sys.argv[1]])\n"
        "print(result.exit_code, result.stderr)\n"
    )
    assert run_python(program, str(penguin), cwd=tmp_path) == (
        "2 Error: The model server needs packages that are not installed: grpc, uvloop. "
        "Install them: pip install 'pipeline-lib[serving]'\n\n"
    )


def tensor(dtype: str, *sizes: int) -> dict[str, Any]:
    shape = {"dim": [{"size": str(size), "name": ""} for size in sizes], "unknown_rank": False}
    return {"dtype": dtype, "tensor_shape": shape, "name": "t:0"}


FLOATS = {"inputs": {"x": tensor("DT_FLOAT", -1, 2)}}
EXAMPLES = {"inputs": {"examples": tensor("DT_STRING", -1)}}


@pytest.mark.parametrize(
    ("signatures", "line"),
    [
        (
            {"serving_default": FLOATS},
            f"""curl -d '{{"instances": [[1.0, 1.0]]}}' {URL}:predict""",
        ),
        (
            {"serving_default": EXAMPLES, "raw": FLOATS},
            f"""curl -d '{{"signature_name": "raw", "instances": [[1.0, 1.0]]}}' {URL}:predict""",
        ),
        (
            {"serving_default": EXAMPLES},
            f"""curl -d '{{"instances": [{{"b64": ""}}]}}' {URL}:predict""",
        ),
        (
            {
                "serving_default": {
                    "inputs": {
                        "a": tensor("DT_INT64", -1),
                        "b": tensor("DT_BOOL", -1, 1),
                        "c": tensor("DT_STRING", -1),
                    }
                }
            },
            f"""curl -d '{{"instances": [{{"a": 1, "b": [false], "c": "text"}}]}}' {URL}:predict""",
        ),
        ({"serving_default": {"inputs": {"image": tensor("DT_FLOAT", -1, 224, 224, 3)}}}, None),
        ({"serving_default": {"inputs": {"scalar": tensor("DT_FLOAT")}}}, None),
        ({}, None),
    ],
)
def test_a_request_is_made_from_the_signature(signatures: dict[str, Any], line: str | None) -> None:
    assert curl_line(URL, signatures) == line
