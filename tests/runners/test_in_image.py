"""Python nodes that run in an image, and past ones that are replayed in one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline_lib import LocalRunner, Pipeline, ir, placeholders
from pipeline_lib.cli.main import plib
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import PipelineRunError, UnsupportedError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ErrorRecord, ExecutionRecord, ExecutionState
from tests.docker_engine import DockerEngine
from tests.runners import container_steps, image_steps, steps
from tests.runners.conftest import REPOSITORY, RunNodes
from tests.whole_message import raises

InStore = Callable[[str], ExecutionRecord]
_PACKAGES = "/usr/local/lib/python3.11/dist-packages"


@pytest.fixture(scope="module")
def image(
    docker_engine: DockerEngine, library_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Has this library and `image_steps`."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "tests" / "runners").mkdir(parents=True)
    for name in ("tests/__init__.py", "tests/runners/image_steps.py"):
        (folder / name).write_text((REPOSITORY / name).read_text())
    (folder / "Dockerfile").write_text(f"FROM {library_image}\nCOPY tests {_PACKAGES}/tests\n")
    with docker_engine.built(folder) as name:
        yield name


def split_and_join(image: str, source: Path) -> list[BaseNode]:
    split = image_steps.Split(source=str(source))
    split.with_options(image=image, environment={"PLACE": "container"})
    outputs = split.outputs
    join = image_steps.Join(examples=outputs["examples"], rows=outputs["rows"])
    return [split, join.with_options(image=image, user=1234)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt"
    path.write_text("a\nb\n")
    return path


def test_a_node_runs_in_its_image_as_it_does_here(
    image: str, run_nodes: RunNodes, source: Path, in_store: InStore
) -> None:
    result = run_nodes(*split_and_join(image, source))
    examples = result["Split"].outputs["examples"][0]
    assert examples.properties["split_names"] == '["all"]'
    assert examples.custom_properties == {"host": "container"}
    assert Path(result["Split"].outputs["rows"][0].uri).read_text() == "2"
    assert Path(result["Join"].outputs["model"][0].uri, "lines").read_text() == "a+b"
    assert Path(result["Split"].log_uri).read_text() == "split by 1\n"
    system_dir = Path(result["Split"].log_uri).parent
    assert sorted(path.name for path in system_dir.iterdir()) == ["log.txt", "run_id"]
    assert in_store("Join").image.startswith(f"{image} sha256:")


def test_outputs_elsewhere_are_staged(
    image: str, source: Path, s3_bucket: str, config: SqliteConnection
) -> None:
    pipeline = Pipeline("p", f"{s3_bucket}/root", split_and_join(image, source))
    result = LocalRunner(1, progress=False).run(pipeline, metadata_connection_config=config)
    assert {one.state for one in result.executions.values()} == {ExecutionState.COMPLETE}
    assert result["Split"].outputs["examples"][0].uri.startswith(f"{s3_bucket}/root/Split/")


def test_a_relative_path_means_the_same(
    image: str, run_nodes: RunNodes, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    result = run_nodes(*split_and_join(image, Path(source.name)))
    assert Path(result["Join"].outputs["model"][0].uri, "lines").read_text() == "a+b"


def test_the_users_module_is_seen(image: str, run_nodes: RunNodes, tmp_path: Path) -> None:
    (tmp_path / "words_of_user.py").write_text("WORD = 'hello'\n")
    module = tmp_path / "module_of_user.py"
    module.write_text("from words_of_user import WORD\ndef run_fn(): return WORD\n")
    result = run_nodes(image_steps.Call(str(module)).with_options(image=image))
    assert Path(result["Call"].log_uri).read_text() == "hello"


@pytest.fixture
def failure(run_nodes: RunNodes, in_store: InStore) -> Callable[[BaseNode], ErrorRecord]:
    """Runs a node that fails; its error."""

    def failed(node: BaseNode) -> ErrorRecord:
        with pytest.raises(PipelineRunError):
            run_nodes(node)
        error = in_store(node.id).error
        assert error is not None
        return error

    return failed


def test_what_is_raised_in_the_image_is_told(image: str, failure: Any) -> None:
    error = failure(image_steps.Fail(word="luck").with_options(image=image))
    assert (error.type, error.message) == ("RuntimeError", "no luck")
    assert f'File "{_PACKAGES}/tests/runners/image_steps.py", line ' in error.traceback


def test_a_process_that_ends_without_a_report(image: str, failure: Any) -> None:
    node = image_steps.Leave(code=5).with_options(image=image)
    assert failure(node) == ErrorRecord(
        "ExitCodeError", f"The container of {image} ended with exit code 5."
    )


def test_code_that_the_image_does_not_have(library_image: str, failure: Any) -> None:
    assert failure(steps.Count().with_options(image=library_image)) == ErrorRecord(
        "DataError",
        "The image has not all that 'tests.runners.steps:Count' needs: No module named 'tests'. "
        "Install it in the image, or let the node run without one.",
    )


def test_an_image_without_the_library(base_image: str, failure: Any) -> None:
    assert failure(steps.Count().with_options(image=base_image)) == ErrorRecord(
        "DataError",
        f"Image {base_image} has no pipeline_lib, or another version of it. A node with the option "
        "'image' runs this library in it: install pipeline-lib 0.1.0 and the node's own code in "
        "the image.",
    )


def dockerfile(docker_engine: DockerEngine, folder: Path, *lines: str) -> Any:
    folder.mkdir()
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    return docker_engine.built(folder)


def test_an_image_with_another_version(
    docker_engine: DockerEngine, image: str, failure: Any, tmp_path: Path
) -> None:
    change = f'sed -i \'s/"0.1.0"/"0.0.9"/\' {_PACKAGES}/pipeline_lib/__init__.py'
    with dockerfile(docker_engine, tmp_path / "old", f"FROM {image}", f"RUN {change}") as old:
        error = failure(image_steps.Fail(word="luck").with_options(image=old))
    assert error == ErrorRecord(
        "DataError",
        "The image has pipeline_lib 0.0.9, and the pipeline is run by pipeline_lib 0.1.0. Build "
        "the image with that version.",
    )


def test_an_image_without_python(
    docker_engine: DockerEngine, base_image: str, failure: Any, tmp_path: Path
) -> None:
    lines = (f"FROM {base_image}", "RUN rm /usr/bin/python3")
    with dockerfile(docker_engine, tmp_path / "bare", *lines) as bare:
        error = failure(steps.Count().with_options(image=bare))
    assert error == ErrorRecord(
        "DataError",
        f"Image {bare} has no python3. A node with the option 'image' runs this library in it: "
        "install pipeline-lib 0.1.0 and the node's own code in the image.",
    )


def test_code_of_a_session_is_refused() -> None:
    executor = ir.FunctionExecutor("__main__:Train", "")
    node = ir.Node("Train", "Train", executor, options=ir.NodeOptions(image="train:3"))
    message = (
        "Node 'Train' is to run in image 'train:3', but 'Train' is defined in this session, which "
        "no image has. Write it to a module and install that in the image, or leave out the option "
        "'image'."
    )
    with raises(UnsupportedError, message):
        LocalRunner(progress=False).run(ir.Pipeline("p", (node,)))


class TestReplay:
    """`plib replay --in-image`."""

    @pytest.fixture
    def replayed(self, tmp_path: Path) -> Callable[..., Any]:
        def call(*arguments: str) -> Any:
            store = ["--store", str(tmp_path / "store.sqlite")]
            return CliRunner().invoke(plib, ["replay", "r", *arguments, *store])

        return call

    def test_in_the_image_that_it_ran_in(
        self, image: str, run_nodes: RunNodes, source: Path, replayed: Any, tmp_path: Path
    ) -> None:
        run_nodes(*split_and_join(image, source))
        place = tmp_path / "again"
        done = replayed("Split", "--output", str(place), "--in-image")
        assert done.stdout.splitlines() == [
            "split by 1",
            f"examples: {place}/examples  (the same as then)",
            f"rows: {place}/rows/value  (the same as then)",
        ], done.stderr

    def test_in_another_image(self, image: str, run_nodes: RunNodes, replayed: Any) -> None:
        run_nodes(image_steps.Fail(word="luck").with_options(optional=True))
        done = replayed("Fail", "--in-image", image)
        assert done.exit_code == 1
        assert done.stderr.splitlines()[1] == "Error: Node 'Fail' failed: RuntimeError: no luck"

    def test_a_node_without_image(self, run_nodes: RunNodes, replayed: Any) -> None:
        run_nodes(steps.Count())
        done = replayed("Count", "--in-image")
        assert (done.exit_code, done.stderr) == (
            2,
            "Error: Node 'Count' ran in no image. Name the one that it is to run in: "
            "--in-image IMAGE\n",
        )

    def test_an_image_that_is_not_there(
        self, docker_engine: DockerEngine, run_nodes: RunNodes, replayed: Any
    ) -> None:
        run_nodes(steps.Count())
        done = replayed("Count", "--in-image", "localhost:1/nothing:3")
        assert done.exit_code == 2
        assert done.stderr.splitlines()[1].startswith(
            "Error: Image 'localhost:1/nothing:3' is not on this machine and cannot be pulled: "
        )

    def test_not_with_the_debugger(self, run_nodes: RunNodes, replayed: Any) -> None:
        run_nodes(steps.Count())
        done = replayed("Count", "--pdb", "--in-image")
        assert done.stderr.splitlines()[-1] == (
            "Error: --pdb debugs what runs in this process: leave out --in-image."
        )

    def test_a_container_component_in_its_image(
        self, base_image: str, run_nodes: RunNodes, replayed: Any, tmp_path: Path
    ) -> None:
        script = 'echo "$1" | tee "$1"/word; test ! -e "$2/seen"'
        directory = placeholders.execution_invocation().stateful_working_dir
        run_nodes(container_steps.write(base_image, script, more=(directory,)))
        place = tmp_path / "again"
        done = replayed("Work", "--output", str(place))
        assert done.stdout.splitlines() == [
            f"{place}/.out.partial",
            f"out: {place}/out  (differs from then)",
        ], done.stderr


@pytest.mark.parametrize("inline", [True, False])
def test_variables_are_set_for_nodes_without_an_image(
    tmp_path: Path, config: SqliteConnection, monkeypatch: pytest.MonkeyPatch, inline: bool
) -> None:
    monkeypatch.setenv("TOKEN", "sesame")
    monkeypatch.delenv("COLOUR", raising=False)
    told = steps.TellVariables(names=["COLOUR", "TOKEN"]).with_id("told")
    told.with_options(environment={"COLOUR": "red"}, secrets={"TOKEN": ("hub", "token")})
    not_told = steps.TellVariables(names=["COLOUR"]).with_id("not_told").add_upstream_node(told)
    pipeline = Pipeline("p", str(tmp_path / "root"), [told, not_told])
    runner = LocalRunner(1, inline=inline, progress=False)
    result = runner.run(pipeline, metadata_connection_config=config)
    texts = [Path(result[id].outputs["text"][0].uri).read_text() for id in ("told", "not_told")]
    assert texts == ["red sesame", "None"]
    assert "COLOUR" not in os.environ


def test_a_variable_is_part_of_the_cache_key(tmp_path: Path, config: SqliteConnection) -> None:
    def ran(**variables: str) -> ExecutionRecord:
        node = steps.TellVariables(names=["COLOUR"]).with_options(environment=variables)
        pipeline = Pipeline("p", str(tmp_path / "root"), [node], enable_cache=True)
        runner = LocalRunner(inline=True, progress=False)
        return runner.run(pipeline, metadata_connection_config=config)["TellVariables"]

    ran(COLOUR="red")
    assert ran(COLOUR="red").state is ExecutionState.CACHED
    ran(COLOUR="blue")
    ran()
    store = ["--store", config.path]
    told = CliRunner().invoke(plib, ["why", "latest", "TellVariables", *store])
    assert told.stdout.splitlines()[-1].strip() == (
        "environment COLOUR: not there any more, was blue"
    )
