"""What a step says, and its exit code, where it cannot do its work."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline_lib import Pipeline, RuntimeParameter, ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import MetadataStoreError
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionRecord, MetadataStore, RunState, open_store
from pipeline_lib.runners.kubeflow.spec.packing import pack
from pipeline_lib.runners.kubeflow.steps.__main__ import main
from pipeline_lib.runners.kubeflow.steps.store_of_team import open_team_store
from tests.runners import flow_steps as flow
from tests.runners import steps


class Steps:
    """Runs steps with a store in a folder; what they say goes to `capsys`."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def pipeline(self, *nodes: BaseNode) -> ir.Pipeline:
        return compile(Pipeline("p", str(self.folder / "root"), list(nodes)))

    def begin(self, pipeline: ir.Pipeline, **parameters: object) -> str:
        told = json.dumps({"inputs": {"parameterValues": parameters}})
        return self.fail("begin", "--executor-input", told, "--pipeline", *pack(pipeline))

    def fail(self, verb: str, *words: str) -> str:
        """What a step says that may fail, without tracebacks; "ended well" where it does not."""
        code = main([verb, "--run", "r1", *words])
        said = self._capsys.readouterr().err.partition("\nTraceback")[0].strip()
        assert code in (0, 1)
        return said if code else "ended well"

    def store(self) -> MetadataStore:
        return open_store(SqliteConnection(str(self.folder / "store.sqlite")))

    def executions(self) -> list[ExecutionRecord]:
        with closing(self.store()) as store:
            return store.executions("r1")


@pytest.fixture
def run_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Steps:
    monkeypatch.setenv("PIPELINE_LIB_STORE", str(tmp_path / "store.sqlite"))
    return Steps(tmp_path, capsys)


class TestTheStore:
    def test_that_nobody_names(self, run_steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PIPELINE_LIB_STORE")
        assert run_steps.fail("end") == (
            "PipelineLibError: The environment variable PIPELINE_LIB_STORE is not set: it is to "
            "hold the URL of the metadata store. Compile the pipeline with the store's secret or "
            "URL, and see whether the secret is there."
        )

    def test_that_cannot_be_a_store(
        self, run_steps: Steps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PIPELINE_LIB_STORE", "redis://store:6379")
        assert run_steps.fail("end") == (
            "MetadataStoreError: A store is given as a path, "
            "mysql://USER:PASSWORD@HOST:PORT/DATABASE, "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE or grpc://HOST:PORT; got a URL that "
            "begins with 'redis'."
        )

    def test_that_cannot_be_reached(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("PIPELINE_LIB_STORE", "postgresql://me:secret@127.0.0.1:9/store")
        with pytest.raises(MetadataStoreError) as raised:
            open_team_store(patience=2)
        message = str(raised.value)
        assert message.endswith("The server is not there, or refuses this user.")
        assert "secret" not in message
        assert set(capsys.readouterr().err.splitlines()) == {f"{message} Trying again."}


class TestTheFirstStep:
    def test_lacks_a_parameter(self, run_steps: Steps) -> None:
        node = flow.Multiply(n=RuntimeParameter("n", int))
        assert run_steps.begin(run_steps.pipeline(node)) == (
            "AuthoringError: Runtime parameter 'n' of pipeline 'p' has no default: "
            "give it, --param n=..."
        )

    def test_gets_a_parameter_of_the_wrong_type(self, run_steps: Steps) -> None:
        node = flow.Multiply(n=RuntimeParameter("n", int))
        assert run_steps.begin(run_steps.pipeline(node), n=2.5) == (
            "AuthoringError: Runtime parameter 'n' takes int, got 2.5 of type float."
        )

    def test_gets_whole_numbers_as_doubles(self, run_steps: Steps) -> None:
        node = flow.Multiply(n=RuntimeParameter("n", int), by=RuntimeParameter("by", int))
        assert run_steps.begin(run_steps.pipeline(node), n=2.0, by=3) == "ended well"
        with closing(run_steps.store()) as store:
            assert repr(store.run("r1").parameters) == "{'n': 2, 'by': 3}"

    def test_gets_a_pipeline_of_a_newer_release(
        self, run_steps: Steps, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("pipeline_lib.ir.pipeline.SCHEMA_VERSION", 99)
            newer = replace(run_steps.pipeline(flow.Multiply(n=1)), schema_version=99)
            texts = pack(newer)
        assert run_steps.fail("begin", "--pipeline", *texts) == (
            "InvalidPipelineError: Pipeline 'p' has schema version 99; this release reads up to "
            "1. Install a newer one."
        )

    def test_gets_no_executor_input(self, run_steps: Steps) -> None:
        assert run_steps.fail("begin", "--executor-input", "{{$}}") == (
            "PipelineLibError: --executor-input takes KFP's ExecutorInput as JSON, got '{{$}}'. "
            "It is what KFP puts in place of {{$}}."
        )

    def test_cannot_write_to_the_root(self, run_steps: Steps) -> None:
        (run_steps.folder / "root").write_text("a file")
        said = run_steps.begin(run_steps.pipeline(flow.Multiply(n=1)))
        assert said.startswith(
            f"PipelineLibError: Pipeline root '{run_steps.folder}/root' cannot be written: "
        )

    def test_without_a_root(self, run_steps: Steps) -> None:
        rootless = replace(run_steps.pipeline(flow.Multiply(n=1)), root=None)
        assert run_steps.begin(rootless) == (
            "AuthoringError: Pipeline 'p' has no pipeline root. Give one that all containers "
            "reach: Pipeline(..., pipeline_root=...)."
        )

    def test_meets_another_pipeline_s_run(self, run_steps: Steps) -> None:
        run_steps.begin(run_steps.pipeline(flow.Multiply(n=1)))
        other = replace(run_steps.pipeline(flow.Multiply(n=1)), name="other")
        assert run_steps.begin(other) == (
            "PipelineLibError: The store holds a run 'r1' already, of pipeline 'p', not of 'other'."
        )

    def test_may_be_done_again(self, run_steps: Steps) -> None:
        pipeline = run_steps.pipeline(flow.Multiply(n=1))
        assert run_steps.begin(pipeline) == run_steps.begin(pipeline) == "ended well"


class TestANode:
    def test_of_a_run_that_has_not_begun(self, run_steps: Steps) -> None:
        assert run_steps.fail("node", "--node", "Multiply") == (
            "PipelineLibError: Run 'r1' has not begun: the store has no record of it. The log of "
            "its first step, 'begin', tells why."
        )

    def test_that_is_unknown(self, run_steps: Steps) -> None:
        run_steps.begin(run_steps.pipeline(flow.Multiply(n=1)))
        assert run_steps.fail("node", "--node", "Multiplies") == (
            "PipelineLibError: Pipeline 'p' of run 'r1' has no node 'Multiplies'. "
            "These exist: 'Multiply'. Did you mean 'Multiply'?"
        )

    def test_whose_compiled_pipeline_is_gone(self, run_steps: Steps) -> None:
        run_steps.begin(run_steps.pipeline(flow.Multiply(n=1)))
        root = run_steps.folder / "root"
        root.rename(run_steps.folder / "elsewhere")
        assert run_steps.fail("node", "--node", "Multiply") == (
            f"RunNotFoundError: The compiled pipeline of run 'r1' is not below its pipeline root "
            f"'{root}' any more. Put the files back if they were moved; if they were deleted, a "
            "new run makes them again."
        )

    def test_whose_module_is_not_in_the_image(self, run_steps: Steps) -> None:
        pipeline = run_steps.pipeline(flow.Multiply(n=1))
        (node,) = pipeline.nodes
        elsewhere = replace(node, executor=ir.FunctionExecutor("not_in_image:run", "digest"))
        run_steps.begin(replace(pipeline, nodes=(elsewhere,)))
        message = (
            "'not_in_image:run' cannot be imported here: No module named 'not_in_image'. "
            "Its package must be installed or on sys.path where the node runs."
        )
        said = run_steps.fail("node", "--node", "Multiply")
        assert said == f"Multiply: failed: UserModuleError: {message}"
        (recorded,) = run_steps.executions()
        assert recorded.error is not None
        assert (recorded.error.type, recorded.error.message) == ("UserModuleError", message)

    def test_that_goes_on_past_its_failure(self, run_steps: Steps) -> None:
        run_steps.begin(run_steps.pipeline(steps.Fail(kind="value")))
        assert run_steps.fail("node", "--node", "Fail", "--goes-on") == "ended well"
        assert run_steps.fail("check") == "Fail: ValueError: the data is bad"
        assert run_steps.fail("end") == "ended well"
        with closing(run_steps.store()) as store:
            assert store.run("r1").state is RunState.FAILED

    def test_is_not_done_again_once_it_is_complete(self, run_steps: Steps) -> None:
        path = run_steps.folder / "notes"
        run_steps.begin(run_steps.pipeline(flow.Note(path=str(path), text="ran")))
        for _ in range(2):
            assert run_steps.fail("node", "--node", "Note") == "ended well"
        assert path.read_text() == "ran\n"
        assert len(run_steps.executions()) == 1
