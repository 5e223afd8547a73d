"""Container components, run by the local runner in a real engine."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import (
    ForEach,
    Importer,
    InputUriPlaceholder,
    InteractiveContext,
    LocalRunner,
    Pipeline,
    RunOptions,
    compile,
    create_container_component,
)
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact, Integer
from pipeline_lib.containers.container import Container, Mount
from pipeline_lib.containers.ownership import own_mark
from pipeline_lib.containers.running import RunningContainers
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError, PipelineRunError, UnsupportedError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState, open_store
from pipeline_lib.report.cache_changes import changes
from pipeline_lib.runners.local.container_engine import OWNER_LABEL
from pipeline_lib.runners.local.intended_run import intended_local_run
from pipeline_lib.runners.local.plan import plan_run
from pipeline_lib.runners.local.planned_node import Verdict
from pipeline_lib.runners.local.result import RunResult
from tests.docker_engine import DockerEngine
from tests.runners import container_steps as steps
from tests.runners.conftest import RunNodes
from tests.whole_message import raises

InStore = Callable[[str], ExecutionRecord]


@pytest.fixture
def text(tmp_path: Path) -> BaseNode:
    folder = tmp_path / "text"
    folder.mkdir()
    (folder / "data").write_text("one fish\ntwo birds\nred fish\n")
    return Importer(str(folder), ExternalArtifact).with_id("text")


def log(result: RunResult, node_id: str = "Work") -> str:
    return Path(result[node_id].log_uri).read_text()


def containers_of_run(engine: DockerEngine, run_id: str = "r") -> list[Any]:
    """Those that this process has made: others may use the same engine."""
    wanted = {"label": [f"{OWNER_LABEL}={own_mark()}", f"pipeline_lib.run={run_id}"]}
    found: list[Any] = engine.client.containers.list(all=True, filters=wanted)
    return found


@pytest.fixture
def failure(
    run_nodes: RunNodes, in_store: InStore, tmp_path: Path
) -> Callable[[BaseNode], tuple[str, str]]:
    """Runs a node that fails; type and message of its error."""

    def failed(node: BaseNode) -> tuple[str, str]:
        with pytest.raises(PipelineRunError):
            run_nodes(node)
        execution = in_store(node.id)
        assert execution.error is not None
        left = {path.name for path in (tmp_path / "root" / node.id).glob("*/*")}
        assert left <= {str(execution.id)}, "its system directory at most"
        return execution.error.type, execution.error.message

    return failed


@pytest.mark.parametrize("inline", [True, False])
def test_a_command_reads_its_inputs_and_writes_its_outputs(
    text: Any, base_image: str, tmp_path: Path, config: SqliteConnection, inline: bool
) -> None:
    kept = steps.filter_lines(base_image, text.outputs["result"], "fish")
    tell = steps.tell(base_image, kept.outputs["count"])
    pipeline = Pipeline("p", str(tmp_path / "root"), [text, kept, tell])
    runner = LocalRunner(None if inline else 2, inline=inline, progress=False)
    result = runner.run(pipeline, run_id="r", metadata_connection_config=config)
    outputs = result["Filter"].outputs
    assert Path(outputs["kept"][0].uri, "data").read_text() == "one fish\nred fish\n"
    assert Path(outputs["count"][0].uri).read_text() == "2\n"
    assert (log(result, "Filter"), log(result, "Tell")) == ("kept\n", "2 in r\n")


def test_inputs_cannot_be_changed(text: Any, base_image: str, run_nodes: RunNodes) -> None:
    spoil = steps.shell(
        base_image,
        '(echo more >> "$1"/data) 2> /dev/null || echo refused',
        InputUriPlaceholder("text"),
        inputs={"text": ExternalArtifact},
    )(text=text.outputs["result"])
    assert log(run_nodes(text, spoil)) == "refused\n"


def test_the_image_is_in_the_store(
    base_image: str, docker_engine: DockerEngine, run_nodes: RunNodes, in_store: InStore
) -> None:
    run_nodes(steps.say(base_image, "true"))
    image_id = docker_engine.client.images.get(base_image).id
    assert in_store("Work").image == f"{base_image} {image_id}"
    assert in_store("Work").cache_leaves["image"] == image_id


def test_environment_secrets_user_and_limits(
    base_image: str, run_nodes: RunNodes, monkeypatch: pytest.MonkeyPatch, in_store: InStore
) -> None:
    monkeypatch.setenv("TOKEN", "sesame")
    script = 'echo "$COLOUR $TOKEN $(id -u):$(id -g)" > "$1"/out; cat "$1"/out'
    work = steps.write(base_image, script).with_options(
        environment={"COLOUR": "red"},
        secrets={"TOKEN": ("hub", "token")},
        user="1234:77",
        cpus=0.5,
        memory="64Mi",
    )
    result = run_nodes(work)
    assert log(result) == "red sesame 1234:77\n"
    assert Path(result["Work"].outputs["out"][0].uri, "out").read_text() == "red sesame 1234:77\n"
    assert oct(os.stat(result["Work"].outputs["out"][0].uri).st_mode)[-3:] == "755"
    leaves = in_store("Work").cache_leaves
    assert leaves["environment.COLOUR"] == '"red"'
    assert "sesame" not in str(in_store("Work"))


def test_the_user_of_an_image_can_write_outputs(
    base_image: str, docker_engine: DockerEngine, run_nodes: RunNodes, tmp_path: Path
) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "Dockerfile").write_text(f"FROM {base_image}\nUSER nobody\n")
    with docker_engine.built(tmp_path / "image") as image:
        result = run_nodes(steps.write(image, 'id -un > "$1"/out; cat "$1"/out'))
    assert log(result) == "nobody\n"


def test_the_network_is_an_option_of_the_runner(
    base_image: str, tmp_path: Path, config: SqliteConnection
) -> None:
    pipeline = Pipeline("p", str(tmp_path), [steps.say(base_image, "ls /sys/class/net")])
    runner = LocalRunner(1, progress=False, container_network="host")
    result = runner.run(pipeline, metadata_connection_config=config)
    assert log(result).split() == sorted(os.listdir("/sys/class/net"))


def test_a_retry_finds_the_directory_of_its_node(base_image: str, run_nodes: RunNodes) -> None:
    work = steps.fail_once(base_image).with_options(retries=1, retry_delay=0)
    assert run_nodes(work)["Work"].state is ExecutionState.COMPLETE


def test_a_loop_runs_containers_side_by_side(base_image: str, run_nodes: RunNodes) -> None:
    with ForEach(["a", "b", "c"]) as word:
        repeat = steps.repeat(base_image, word)
    result = run_nodes(*Pipeline("q", None, [repeat]).components, parallelism=3)
    texts = [
        Path(one.outputs["out"][0].uri).read_text()
        for instance, one in sorted(result.executions.items())
        if "Repeat#" in instance
    ]
    assert texts == ["a", "b", "c"]


def test_another_image_of_the_same_name_is_another_result(
    base_image: str, docker_engine: DockerEngine, tmp_path: Path, config: SqliteConnection
) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "Dockerfile").write_text(f"FROM {base_image}\nENV COLOUR=blue\n")

    def ran(run_id: str, image: str) -> ExecutionRecord:
        nodes: list[BaseNode] = [steps.write(image, 'echo "$COLOUR" > "$1"/colour')]
        pipeline = Pipeline("p", str(tmp_path / "root"), nodes, enable_cache=True)
        runner = LocalRunner(1, progress=False)
        result = runner.run(pipeline, run_id=run_id, metadata_connection_config=config)
        return result["Work"]

    with docker_engine.tagged(base_image) as image:
        first, again = ran("first", image), ran("again", image)
        assert again.state is ExecutionState.CACHED
        with docker_engine.built(tmp_path / "image") as other:
            docker_engine.client.images.get(other).tag(image)
            retagged = ran("retagged", image)
    assert retagged.state is ExecutionState.COMPLETE
    assert Path(retagged.outputs["out"][0].uri, "colour").read_text() == "blue\n"
    (change,) = changes(first, retagged)
    ids = [leaf.removeprefix("sha256:")[:12] for leaf in (change.before or "", change.after or "")]
    assert change.text == f"image: {image} ({ids[0]}) -> {image} ({ids[1]})"


def test_a_plan_looks_at_images_and_pulls_none(
    base_image: str, tmp_path: Path, config: SqliteConnection
) -> None:
    nodes: list[BaseNode] = [
        steps.repeat(base_image, "a"),
        steps.say("localhost:1/nothing:3", "true").with_options(optional=True),
    ]
    pipeline = Pipeline("p", str(tmp_path / "root"), nodes, enable_cache=True)
    LocalRunner(1, progress=False).run(pipeline, metadata_connection_config=config)
    run = intended_local_run(compile(pipeline), {})
    with closing(open_store(config)) as store:
        planned = {one.execution.node_id: one.verdict for one in plan_run(run, store)}
    assert planned == {"Repeat": Verdict.CACHED, "Work": Verdict.RUN}


def test_a_notebook_runs_containers(base_image: str, tmp_path: Path) -> None:
    context = InteractiveContext("p", str(tmp_path / "root"), SqliteConnection(str(tmp_path / "s")))
    result = context.run(steps.repeat(base_image, "a"))
    assert Path(result.outputs["out"][0].uri).read_text() == "a"


def test_a_partial_run_without_containers_needs_no_engine(
    text: Any,
    base_image: str,
    tmp_path: Path,
    config: SqliteConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = steps.say(base_image, "true").add_upstream_node(text)
    pipeline = Pipeline("p", str(tmp_path / "root"), [text, work])
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    result = LocalRunner(1, progress=False).run(
        pipeline, options=RunOptions(to_nodes=["text"]), metadata_connection_config=config
    )
    assert set(result.executions) == {"text"}


def test_a_run_goes_on_after_its_container_is_mended(
    base_image: str, tmp_path: Path, config: SqliteConnection
) -> None:
    def pipeline(script: str) -> Pipeline:
        nodes: list[BaseNode] = [steps.repeat(base_image, "a"), steps.say(base_image, script)]
        return Pipeline("p", str(tmp_path / "root"), nodes)

    runner = LocalRunner(1, progress=False)
    with pytest.raises(PipelineRunError):
        runner.run(pipeline("exit 1"), run_id="r", metadata_connection_config=config)
    result = runner.resume("r", pipeline("exit 0"), metadata_connection_config=config)
    assert result["Work"].state is ExecutionState.COMPLETE


def test_artifacts_elsewhere_are_staged(
    text: Any, base_image: str, s3_bucket: str, config: SqliteConnection
) -> None:
    kept = steps.filter_lines(base_image, text.outputs["result"], "fish")
    again = steps.filter_lines(base_image, kept.outputs["kept"], "red").with_id("Again")
    tell = steps.tell(base_image, again.outputs["count"])
    pipeline = Pipeline("p", f"{s3_bucket}/root", [text, kept, again, tell])
    runner = LocalRunner(2, progress=False)
    result = runner.run(pipeline, run_id="r", metadata_connection_config=config)
    outputs = result["Again"].outputs
    assert outputs["kept"][0].uri.startswith(f"{s3_bucket}/root/Again/kept/")
    assert files.read_bytes(f"{outputs['kept'][0].uri}/data") == b"red fish\n"
    assert files.read_bytes(result["Tell"].log_uri) == b"1 in r\n"
    assert not [name for name in files.file_names(s3_bucket) if "partial" in name]


def test_output_is_passed_on_while_the_container_runs(
    base_image: str, docker_engine: DockerEngine, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "go")
    written, said = bytearray(), threading.Event()

    def write(part: bytes) -> None:
        written.extend(part)
        if b"waiting" in written:
            said.set()

    image_id = docker_engine.client.images.get(base_image).id
    command = ("sh", "-c", f"echo waiting; read line < {tmp_path}/go; echo $line >&2")
    wanted = Container(base_image, image_id, command, mounts=(Mount(str(tmp_path)),))
    containers = RunningContainers(docker_engine.client)
    thread = threading.Thread(target=containers.run, args=(wanted, write))
    thread.start()
    assert said.wait(60)
    (tmp_path / "go").write_text("gone\n")
    thread.join(60)
    assert bytes(written) == b"waiting\ngone\n"


FAILURES: dict[str, tuple[Callable[[str], BaseNode], str, str]] = {
    "image": (
        lambda _: steps.say("localhost:1/nothing:3", "true"),
        "ImageNotFoundError",
        "Image 'localhost:1/nothing:3' is not on this machine and cannot be pulled: Get "
        '"http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused. Build it, '
        "correct its name, or log in to its registry with docker login.",
    ),
    "exit code": (
        lambda image: steps.say(image, "echo it is broken >&2; exit 3"),
        "ExitCodeError",
        "The container of {image} ended with exit code 3. Its last line: it is broken",
    ),
    "memory": (
        lambda image: steps.say(image, "exec python3 -c 'bytearray(300 << 20)'").with_options(
            memory="50Mi"
        ),
        "OutOfMemoryError",
        "The container of {image} was killed: it used more than its memory of 50 MiB. Give it "
        "more with with_options(memory=...).",
    ),
    "time": (
        lambda image: steps.say(image, "exec sleep 600").with_options(timeout=0.5),
        "Timeout",
        "The node ran longer than 0.5 s.",
    ),
    "command": (
        lambda image: create_container_component("Work", image, ["frobnicate"])(),
        "CommandNotFoundError",
        "Command 'frobnicate' is no program in image {image}: executable file not found in $PATH.",
    ),
    "part of the command": (
        steps.pass_list,
        "DataError",
        "exec_property('words') cannot be part of a command: it is ['a'] of type list. Use a text, "
        "number or bool, or write it as JSON.",
    ),
    "no number": (
        lambda image: steps.write(image, 'echo many > "$1"', Integer),
        "DataError",
        "Output 'out' holds no value of type 'Integer': invalid literal for int() with base 10: "
        r"b'many\n'.",
    ),
}


@pytest.mark.parametrize("what", sorted(FAILURES))
def test_a_failure_is_told_by_name(
    base_image: str,
    failure: Callable[[BaseNode], tuple[str, str]],
    what: str,
    docker_engine: DockerEngine,
) -> None:
    make, kind, message = FAILURES[what]
    assert failure(make(base_image)) == (kind, message.replace("{image}", base_image))
    assert containers_of_run(docker_engine) == []


@pytest.mark.parametrize(
    ("kind", "place", "why"),
    [
        (ExternalArtifact, ".1.partial", "its directory is empty"),
        (Integer, ".1.partial/value", "its file is not there"),
    ],
)
def test_an_output_that_was_not_written_is_an_error(
    base_image: str,
    failure: Callable[[BaseNode], tuple[str, str]],
    tmp_path: Path,
    kind: Any,
    place: str,
    why: str,
) -> None:
    assert failure(steps.write(base_image, "true", kind)) == (
        "DataError",
        f"Output 'out' was not written: {why} at the end. The command has to write at "
        f"output('out')[0].uri, which is '{tmp_path}/root/Work/out/{place}' here.",
    )


def refused(run_nodes: RunNodes, node: BaseNode, error: type[Exception], message: str) -> None:
    with raises(error, message):
        run_nodes(node)


def test_without_an_engine_nothing_begins(
    run_nodes: RunNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    message = (
        "Node 'Work' runs in a container, of image 'i:1', and there is no engine to run it. "
        f"Docker cannot be reached: unix://{tmp_path}/nobody.sock: Error while fetching server API "
        "version: ('Connection aborted.', FileNotFoundError(2, 'No such file or directory')). "
        "Start Docker or Podman, or say where it is: export DOCKER_HOST=unix:///path/of/its.sock"
    )
    refused(run_nodes, steps.say("i:1", "true"), UnsupportedError, message)
    assert list(tmp_path.iterdir()) == []


def test_without_its_secret_nothing_begins(run_nodes: RunNodes, tmp_path: Path) -> None:
    message = (
        "Node 'Work' needs the secret 'HUB_TOKEN', which on this machine is passed on from the "
        "environment of the runner, and is not set there. Set it: export HUB_TOKEN=..."
    )
    work = steps.say("i:1", "true").with_options(secrets={"HUB_TOKEN": ("hub", "token")})
    refused(run_nodes, work, AuthoringError, message)
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_cannot_be_passed_on_is_refused(run_nodes: RunNodes, tmp_path: Path) -> None:
    message = (
        "Node 'Work' wants 2 of 'amd.com/gpu', but the local runner can pass on 'nvidia.com/gpu' "
        "alone to a container. Leave out the option 'accelerators' here."
    )
    work = steps.say("i:1", "true").with_options(accelerators=("amd.com/gpu", 2))
    refused(run_nodes, work, UnsupportedError, message)
    assert list(tmp_path.iterdir()) == []


def test_nvidia_devices_are_asked_for() -> None:
    (request,) = Container("i", "i", ("true",), gpus=2).arguments()["device_requests"]
    assert (request["Count"], request["Capabilities"]) == (2, [["gpu"]])
