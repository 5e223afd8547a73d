from __future__ import annotations

from pathlib import Path

from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.errors import AuthoringError
from tests.dsl import hello
from tests.fresh_process import REPOSITORY, run_python
from tests.whole_message import raises


def test_path_is_module_and_name() -> None:
    assert import_path(hello.HelloExecutor, "Executor class") == "tests.dsl.hello:HelloExecutor"
    assert import_path(hello.HelloExecutor.Do, "Method") == "tests.dsl.hello:HelloExecutor.Do"


def test_lambda_is_refused() -> None:
    message = (
        "Component function '<lambda>' is defined inside another function or as a lambda. "
        "Another process must be able to import it: define it at the top of a module."
    )
    with raises(AuthoringError, message):
        import_path(lambda: None, "Component function")


SCRIPT = """
from pipeline_lib import component
from pipeline_lib.dsl.import_path import import_path

def step() -> None: ...

print(import_path(step, "Component function"))
"""


def _run(folder: Path, *arguments: str) -> str:
    code = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]])"
    return run_python(code, *arguments, cwd=folder).strip()


def test_script_that_runs_is_found_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "my_pipeline.py").write_text(SCRIPT)
    assert _run(tmp_path, "my_pipeline.py") == "my_pipeline:step"


def test_module_that_runs_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "my_pipeline.py").write_text(SCRIPT)
    assert _run(tmp_path, "-m", "package.my_pipeline") == "package.my_pipeline:step"


def test_function_typed_into_an_interactive_session_is_found_there_alone(tmp_path: Path) -> None:
    session = """
from pipeline_lib import Pipeline, compile, component
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.errors import UserModuleError

@component
def step(): ...

print(import_path(step, "Component function"))
try:
    compile(Pipeline("p", components=[step()]))
except UserModuleError as error:
    print(error)
"""
    assert run_python(session, cwd=tmp_path, path=REPOSITORY).splitlines() == [
        "__main__:step",
        "A component of the pipeline is defined in an interactive session, where only "
        "InteractiveContext runs it. Run the pipeline with InteractiveContext().run(pipeline), or "
        "put the component into a .py file.",
    ]
