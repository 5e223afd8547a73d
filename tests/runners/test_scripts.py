"""Components that are defined where a user first writes them: in the script that is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_lib.metadata.store import MetadataStore, RunState
from tests.runners.conftest import StartScript

PIPELINE = """
    import os, sys
    from pipeline_lib import Artifact, InputArtifact, LocalRunner, OutputArtifact, OutputDict
    from pipeline_lib import Pipeline, component, compile, sqlite_metadata_connection_config

    class Note(Artifact):
        TYPE_NAME = "Note"

        def greet(self):
            return "hello"

    @component
    def Write(note: OutputArtifact[Note]):
        assert type(note) is Note, type(note)
        open(note.uri + "/text", "w").write(note.greet())

    @component
    def Read(note: InputArtifact[Note]) -> OutputDict(text=str, pid=int):
        return {"text": open(note.uri + "/text").read() + " " + note.greet(), "pid": os.getpid()}

    def pipeline():
        write = Write()
        read = Read(note=write.outputs["note"])
        return Pipeline(
            "p", FOLDER + "/root", [write, read],
            metadata_connection_config=sqlite_metadata_connection_config(FOLDER + "/store.sqlite"),
        )

"""
GUARDED = (
    PIPELINE
    + """
    if __name__ == "__main__":
        result = LocalRunner(1, progress=False).run(pipeline(), run_id="r")
        print(open(result["Read"].outputs["text"][0].uri).read())
        assert open(result["Read"].outputs["pid"][0].uri).read() != str(os.getpid())
"""
)


@pytest.mark.parametrize("how", ["script", "script with a path", "module", "package module"])
def test_components_of_the_script_itself_run_in_workers(
    start_script: StartScript, tmp_path: Path, how: str
) -> None:
    source = GUARDED.replace("FOLDER", repr(str(tmp_path)))
    folder = {"package module": "package", "script with a path": "elsewhere"}.get(how, "")
    arguments = {
        "script": ["script.py"],
        "script with a path": ["elsewhere/script.py"],
        "module": ["-m", "script"],
        "package module": ["-m", "package.script"],
    }
    process = start_script(source, *arguments[how], folder=tmp_path / folder)
    out, errors = process.communicate()
    assert (out, process.returncode) == ("hello hello\n", 0), errors


def test_a_script_without_a_guard_is_told_so_and_starts_nothing_twice(
    start_script: StartScript, tmp_path: Path, opened: Callable[[], MetadataStore]
) -> None:
    source = PIPELINE + 'LocalRunner(1, progress=False).run(pipeline(), run_id="r")'
    source = source.replace("\n    ", "\n").replace("FOLDER", repr(str(tmp_path)))
    process = start_script(source)
    _, errors = process.communicate()
    assert process.returncode == 1
    assert (
        "  Write: PipelineLibError: A worker imported a module that starts a run. "
        "Put the call under: if __name__ == '__main__':\n"
    ) in errors
    assert [run.state for run in opened().runs()] == [RunState.FAILED]


def test_an_executor_may_run_a_pipeline_of_its_own(
    start_script: StartScript, tmp_path: Path
) -> None:
    source = """
    import subprocess, sys
    from pipeline_lib import LocalRunner, Pipeline, component
    from pipeline_lib import sqlite_metadata_connection_config

    def run(name, node):
        config = sqlite_metadata_connection_config(FOLDER + f"/{name}.sqlite")
        pipeline = Pipeline(name, FOLDER + "/root", [node], metadata_connection_config=config)
        LocalRunner(1, progress=False).run(pipeline)

    @component
    def Inner():
        pass

    @component
    def Outer():
        subprocess.run([sys.executable, FOLDER + "/script.py", "inner"], check=True)

    if __name__ == "__main__":
        run("inner", Inner()) if "inner" in sys.argv else run("outer", Outer())
    """
    process = start_script(source.replace("FOLDER", repr(str(tmp_path))))
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    assert (tmp_path / "inner.sqlite").is_file()


def test_an_ir_runs_where_the_author_s_objects_were_never_made(
    start_script: StartScript, tmp_path: Path
) -> None:
    compiling = PIPELINE.replace("FOLDER", repr(str(tmp_path))) + (
        "    if __name__ == '__main__':\n"
        "        import script\n"
        "        from pipeline_lib.ir import serde\n"
        "        open('p.pb', 'wb').write(serde.dumps(compile(script.pipeline())))\n"
    )
    process = start_script(compiling)
    assert process.communicate() == ("", "")
    running = f"""
import sys
from pipeline_lib import LocalRunner
from pipeline_lib.ir import serde
from pipeline_lib.metadata.connection import SqliteConnection
sys.path.insert(0, {str(tmp_path)!r})
config = SqliteConnection({str(tmp_path / "store.sqlite")!r})
runner = LocalRunner(1, progress=False)
result = runner.run(serde.loads(open("p.pb", "rb").read()), metadata_connection_config=config)
assert "script" not in sys.modules
print(open(result["Read"].outputs["text"][0].uri).read())
"""
    process = start_script(compiling, "-c", running)
    out, errors = process.communicate()
    assert (out, process.returncode) == ("hello hello\n", 0), errors


def test_two_runs_may_share_a_store_at_the_same_time(
    start_script: StartScript, tmp_path: Path, opened: Callable[[], MetadataStore]
) -> None:
    source = """
    import sys
    from pipeline_lib import LocalRunner, OutputDict, Pipeline, component
    from pipeline_lib import sqlite_metadata_connection_config

    @component
    def First() -> OutputDict(n=int):
        return {"n": 1}

    @component
    def Next(n: int) -> OutputDict(n=int):
        return {"n": n + 1}

    if __name__ == "__main__":
        run_id = sys.argv[1]
        nodes = [First()]
        for number in range(10):
            nodes.append(Next(n=nodes[-1].outputs["n"]).with_id(f"n{number}"))
        config = sqlite_metadata_connection_config(FOLDER + "/store.sqlite")
        pipeline = Pipeline("p", FOLDER + "/root", nodes, metadata_connection_config=config)
        LocalRunner(inline=True, progress=False).run(pipeline, run_id=run_id)
    """.replace("FOLDER", repr(str(tmp_path)))
    processes = [start_script(source, "script.py", f"run-{number}") for number in range(2)]
    failures = [errors for process in processes for _, errors in [process.communicate()] if errors]
    assert failures == []
    store = opened()
    assert sorted(run.run_id for run in store.runs()) == ["run-0", "run-1"]
    assert {len(store.executions(f"run-{number}")) for number in range(2)} == {11}
