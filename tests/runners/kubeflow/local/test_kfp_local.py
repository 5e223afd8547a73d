"""Compiled pipelines in real containers, run by `kfp.local`: the stores equal the local runner's.

The two releases of kfp are those that differ: 2.13, which goes with our own dependencies and knows
neither conditions nor loops, and 2.17, which `make test-kfp` puts into an environment of its own.
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline_lib import LocalRunner
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.metadata.connection import connection_of
from pipeline_lib.metadata.store import open_store
from tests.contracts.normalised_store import difference, run_in_words
from tests.contracts.parity_pipelines import CASES
from tests.contracts.test_parity import local_records
from tests.docker_engine import DockerEngine
from tests.runners import container_steps
from tests.runners.kubeflow.local.kfp_bench import LATEST_KFP, REPOSITORY, KfpBench
from tests.runners.kubeflow.local.test_container_components import Both, without_images
from tests.servers import Server, postgresql

_IN_LANE = pytest.mark.skipif(not LATEST_KFP.exists(), reason="`make test-kfp` makes .venv-kfp")

FOR_OLD_KFP = (
    "chains_with_runtime_parameters",
    pytest.param("exit_handlers_that_read", marks=_IN_LANE),
    pytest.param("values_that_may_be_absent", marks=_IN_LANE),
)
"""Nothing is conditional in these, and nothing fails: kfp 2.13 would not run the last step."""

NOT_FOR_KFP_LOCAL = {"retries": "kfp.local tries nothing again"}

_databases = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture
def bench(
    docker_engine: DockerEngine, library_image: str, server: Server, tmp_path: Path
) -> KfpBench:
    """Containers have this library from their image, and the tests' components by a mount."""
    place = f"{server.username}:{server.password}@{server.host}:{server.port}"
    url = f"postgresql://{place}/kfp_{next(_databases)}"
    # Made here: containers that start side by side would meet in making it.
    with closing(open_store(connection_of(url))):
        pass
    folder = tmp_path / "found"
    folder.mkdir()
    return KfpBench(
        docker_engine,
        Path(sys.executable),
        library_image,
        url,
        folder,
        mounts={str(REPOSITORY / "tests"): False},
        environment={"PYTHONPATH": str(REPOSITORY), "PARITY": "from outside"},
    )


@pytest.mark.parametrize("name", FOR_OLD_KFP)
def test_kfp_2_13_leaves_the_records_of_the_local_runner(
    name: str, bench: KfpBench, tmp_path: Path
) -> None:
    if importlib.util.find_spec("kfp") is None:
        pytest.skip("kfp is not installed: with our dependencies it takes Python 3.11")
    _compare(name, bench, tmp_path)


@_IN_LANE
@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_FOR_KFP_LOCAL])
def test_kfp_2_17_leaves_the_records_of_the_local_runner(
    name: str, bench: KfpBench, tmp_path: Path
) -> None:
    _compare(name, replace(bench, python=LATEST_KFP), tmp_path)


@_IN_LANE
def test_kfp_2_17_runs_containers_of_the_author(
    bench: KfpBench, base_image: str, tmp_path: Path
) -> None:
    expected_in = tmp_path / "expected"
    expected_in.mkdir()
    both = Both(bench.engine, base_image, tmp_path)
    (expected,) = both.local(expected_in, *_counting(both, expected_in))
    pipeline = both.pipeline(bench.folder, _counting(both, bench.folder))
    printed = replace(bench, python=LATEST_KFP, images=(base_image,)).run(compile(pipeline), {})
    (found,) = _found(bench)
    assert difference(without_images(found), without_images(expected)) == "", printed


def _counting(both: Both, folder: Path) -> list[BaseNode]:
    text = both.text(folder)
    kept = container_steps.filter_lines(both.image, text.outputs["result"], "fish")
    return [text, kept, container_steps.tell(both.image, kept.outputs["count"])]


def _compare(name: str, bench: KfpBench, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARITY", "from outside")
        expected_in = tmp_path / "expected"
        expected_in.mkdir()
        expected = local_records(LocalRunner(inline=True, progress=False))(CASES[name], expected_in)
    case = CASES[name](bench.folder)
    pipeline = compile(case.pipeline(bench.folder))
    printed = [bench.run(pipeline, case.parameters) for _ in range(case.times)]
    for ours, others in zip(_found(bench), expected, strict=True):
        assert difference(ours, others) == "", "\n".join(printed)


def _found(bench: KfpBench) -> list[list[str]]:
    config = connection_of(bench.store_url)
    with closing(open_store(config)) as store:
        run_ids = [run.run_id for run in reversed(store.runs())]
    return run_in_words(config, run_ids, bench.folder)
