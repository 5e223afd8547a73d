"""The conformance set on the local runner, each Python node in a container of an image."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline_lib import LocalRunner, ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.metadata.connection import SqliteConnection
from tests.contracts.normalised_store import difference, run_in_words
from tests.contracts.parity_pipelines import CASES
from tests.contracts.test_parity import Words, local_records
from tests.docker_engine import PYTHON_IN_IMAGES, DockerEngine
from tests.runners.kubeflow.local.kfp_bench import LATEST_KFP, REPOSITORY

_ALWAYS = (
    "failures_and_what_comes_after_them",
    "loops_with_conditions",
    "results_that_are_reused",
)
_NOT_IN_IMAGES = {"retries": "its nodes count their attempts in a folder that no container sees"}
_IMAGE = re.compile(r'"image": "[^"]*", ')
"""In a record, and in the parts of its cache key."""

pytestmark = pytest.mark.skipif(
    "{}.{}".format(*sys.version_info) != PYTHON_IN_IMAGES,
    reason=f"Python {PYTHON_IN_IMAGES}, which is in the images, writes other tracebacks",
)

N = TypeVar("N", ir.Pipeline, ir.PipelineExecutor)


@pytest.fixture(scope="module")
def image(
    docker_engine: DockerEngine, library_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An image with this library, and the tests' components where they are on this machine."""
    folder = tmp_path_factory.mktemp("image")
    shutil.copytree(
        REPOSITORY / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__")
    )
    (folder / "Dockerfile").write_text(
        f"FROM {library_image}\nCOPY tests {REPOSITORY}/tests\nENV PYTHONPATH={REPOSITORY}\n"
    )
    with docker_engine.built(folder) as name:
        yield name


@pytest.mark.parametrize(
    "name",
    [
        name
        if name in _ALWAYS
        else pytest.param(
            name,
            marks=pytest.mark.skipif(not LATEST_KFP.exists(), reason="`make test-kfp` runs it"),
        )
        for name in CASES
        if name not in _NOT_IN_IMAGES
    ],
)
def test_leaves_the_same_records(
    name: str, image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARITY", "from outside")
    expected_in, found_in = tmp_path / "inline", tmp_path / "images"
    expected_in.mkdir()
    found_in.mkdir()
    expected = local_records(LocalRunner(inline=True, progress=False))(CASES[name], expected_in)
    found = _records_in(image, name, found_in)
    for ours, others in zip(found, expected, strict=True):
        assert difference(_without_images(ours), _without_images(others)) == ""


def _records_in(image: str, name: str, folder: Path) -> Words:
    case = CASES[name](folder)
    pipeline = compile(case.pipeline(folder))
    handler = pipeline.exit_handler
    in_images = replace(
        _in_image(pipeline, image),
        exit_handler=None if handler is None else _node_in_image(handler, image),
    )
    config = SqliteConnection(str(folder / "store.sqlite"))
    run_ids = [f"image-run-{number}" for number in range(case.times)]
    for run_id in run_ids:
        with suppress(PipelineRunError):
            LocalRunner(2, progress=False).run(
                in_images,
                case.parameters,
                run_id=run_id,
                metadata_connection_config=config,
            )
    return run_in_words(config, run_ids, folder)


def _in_image(nodes: N, image: str) -> N:
    """With the image as option of every Python node, also of those that others hold."""
    return replace(nodes, nodes=tuple(_node_in_image(node, image) for node in nodes.nodes))


def _node_in_image(node: ir.Node, image: str) -> ir.Node:
    match node.executor:
        case ir.PipelineExecutor() as executor:
            return replace(node, executor=_in_image(executor, image))
        case ir.FunctionExecutor() | ir.ClassExecutor():
            return replace(node, options=replace(node.options, image=image))
    return node


def _without_images(words: list[str]) -> list[str]:
    return [_IMAGE.sub("", line) for line in words]
