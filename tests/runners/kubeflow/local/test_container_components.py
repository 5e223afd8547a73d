"""Container components on Kubeflow: the author's container between a step before and one after."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline_lib import Cond, ForEach, Importer, LocalRunner, Pipeline
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError
from pipeline_lib.kubernetes import KubernetesOptions, PersistentVolumeClaim
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.runners.kubeflow.settings import KubeflowSettings, StoreFromSecret
from pipeline_lib.runners.kubeflow.spec.compile_spec import compile_spec
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from tests.contracts.normalised_store import difference, run_in_words
from tests.docker_engine import DockerEngine
from tests.runners import container_steps as steps
from tests.runners.kubeflow.local.spec_interpreter import Container, RunContainer, SpecInterpreter

_IMAGE = re.compile(r'(?<="image": )"[^"]*"')


def without_images(words: list[str]) -> list[str]:
    """Without the ids of images: a cluster does not tell what a name stands for."""
    return [_IMAGE.sub('"..."', line) for line in words]


class Both:
    """Runs pipelines of containers on this machine, and as they are compiled for Kubeflow.

    There the steps run in this process, and the author's containers in the engine.
    """

    def __init__(self, engine: DockerEngine, image: str, folder: Path) -> None:
        self.image = image
        self._engine = engine
        self._folder = folder

    def text(self, folder: Path) -> BaseNode:
        """An artifact of three lines."""
        (folder / "text").mkdir()
        (folder / "text" / "data").write_text("one fish\ntwo birds\nred fish\n")
        return Importer(str(folder / "text"), ExternalArtifact).with_id("text")

    def local(self, folder: Path, *nodes: BaseNode, times: int = 1) -> list[list[str]]:
        pipeline = self.pipeline(folder, nodes)
        config = SqliteConnection(str(folder / "store.sqlite"))
        run_ids = [f"local-run-{number}" for number in range(times)]
        for run_id in run_ids:
            with suppress(PipelineRunError):
                LocalRunner(inline=True, progress=False).run(
                    pipeline, run_id=run_id, metadata_connection_config=config
                )
        return run_in_words(config, run_ids, folder)

    def kubeflow(self, folder: Path, *nodes: BaseNode, times: int = 1) -> list[list[str]]:
        claim = PersistentVolumeClaim("files", str(folder))
        settings = KubeflowSettings(
            StoreFromSecret("store", "url"),
            image="library:1",
            kubernetes=KubernetesOptions(volumes=(claim,)),
        )
        spec = compile_spec(compile(self.pipeline(folder, nodes)), settings).spec
        run_ids = [f"kubeflow-run-{number}" for number in range(times)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PIPELINE_LIB_STORE", str(folder / "store.sqlite"))
            for run_id in run_ids:
                files = folder / "kubeflow" / run_id
                run_container = self._runner(folder)
                SpecInterpreter(spec, run_id, files, run_container).run({})
        return run_in_words(SqliteConnection(str(folder / "store.sqlite")), run_ids, folder)

    def compare(self, make: Callable[[Path], list[BaseNode]], times: int = 1) -> None:
        """Run what `make` gives for a folder on both, and compare the stores."""
        words = []
        for name, run in (("local", self.local), ("kubeflow", self.kubeflow)):
            folder = self._folder / name
            folder.mkdir()
            words.append(run(folder, *make(folder), times=times))
        for expected, found in zip(*words, strict=True):
            assert difference(without_images(found), without_images(expected)) == ""

    def pipeline(self, folder: Path, nodes: Sequence[BaseNode]) -> Pipeline:
        """A pipeline of these nodes, with its root in a folder."""
        return Pipeline("p", str(folder / "root"), list(nodes), enable_cache=True)

    def _runner(self, folder: Path) -> RunContainer:
        def run(container: Container) -> int:
            if container.image == "library:1":
                return main(container.command[3:])
            running = self._engine.client.containers.run(
                container.image,
                entrypoint=[container.command[0]],
                command=list(container.command[1:]),
                environment=dict(container.environment),
                volumes={str(folder): {"bind": str(folder), "mode": "rw"}},
                network_mode="none",
                detach=True,
            )
            try:
                return int(running.wait()["StatusCode"])
            finally:
                running.remove(force=True)

        return run


@pytest.fixture
def both(docker_engine: DockerEngine, base_image: str, tmp_path: Path) -> Both:
    return Both(docker_engine, base_image, tmp_path)


def test_they_read_write_and_are_cached(both: Both) -> None:
    def nodes(folder: Path) -> list[BaseNode]:
        text = both.text(folder)
        kept = steps.filter_lines(both.image, text.outputs["result"], "fish")
        return [text, kept, steps.tell(both.image, kept.outputs["count"])]

    both.compare(nodes, times=2)


def test_in_loops_and_under_conditions(both: Both) -> None:
    def nodes(folder: Path) -> list[BaseNode]:
        text = both.text(folder)
        with ForEach(["fish", "birds"], name="each") as pattern:
            kept = steps.filter_lines(both.image, text.outputs["result"], pattern)
            with Cond(kept.outputs["count"].future()[0].value == 2):
                told = steps.tell(both.image, kept.outputs["count"])
        return [text, kept, told]

    both.compare(nodes)


def test_that_write_nothing_fail(both: Both) -> None:
    def nodes(folder: Path) -> list[BaseNode]:
        writes = steps.write(both.image, "true")
        after = steps.say(both.image, "true").with_id("after").add_upstream_node(writes)
        return [writes, after]

    both.compare(nodes)
