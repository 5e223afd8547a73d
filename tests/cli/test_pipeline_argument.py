from __future__ import annotations

import json
import sys

import pytest

from tests.cli.desk import Desk

ONE_NODE = """
from pipeline_lib import OutputDict, Pipeline, component

@component
def One() -> OutputDict(n=int):
    return {"n": 1}

"""


def executor_path(desk: Desk, target: str) -> str:
    result = desk.plib("compile", target, "--format", "json")
    assert result.exit_code == 0, result.stderr
    path: str = json.loads(result.stdout)["nodes"][0]["executor"]["function_executor"]["path"]
    return path


def refusal(desk: Desk, target: str) -> str:
    """The message with which `plib compile` refuses a pipeline."""
    result = desk.plib("compile", target)
    assert result.exit_code == 2
    assert result.stdout == ""
    message: str = result.stderr
    assert message.startswith("Error: ")
    return message.removeprefix("Error: ").removesuffix("\n")


@pytest.mark.parametrize(
    "source",
    [
        "def create_pipeline():\n    return Pipeline('p', 'root', [One()])\n",
        "chosen = Pipeline('p', 'root', [One()])\n",
        "def make() -> Pipeline:\n    return Pipeline('p', 'root', [One()])\n",
        "def make() -> 'Pipeline':\n    return Pipeline('p', 'root', [One()])\n",
        "def helper():\n    pass\n\nchosen = Pipeline('p', 'root', [One()])\n",
        "def create_pipeline(root='root'):\n    return Pipeline('p', root, [One()])\n",
    ],
)
def test_the_pipeline_that_a_file_obviously_means(desk: Desk, source: str) -> None:
    desk.write("obvious.py", ONE_NODE + source)
    assert executor_path(desk, "obvious.py") == "obvious:One"


def test_a_file_elsewhere_is_imported_by_its_stem_with_its_folder_on_the_path(desk: Desk) -> None:
    desk.write("far/beside.py", ONE_NODE)
    desk.write("far/away.py", "from beside import *\npipeline = Pipeline('p', 'r', [One()])\n")
    assert executor_path(desk, "far/away.py") == "beside:One"


def test_a_file_in_a_package_is_imported_as_part_of_it(desk: Desk) -> None:
    desk.write("project/shop/__init__.py", "")
    desk.write("project/shop/parts.py", ONE_NODE)
    source = "from .parts import *\npipeline = Pipeline('p', 'r', [One()])\n"
    desk.write("project/shop/main_pipeline.py", source)
    assert executor_path(desk, "project/shop/main_pipeline.py") == "shop.parts:One"


def test_a_module_is_looked_for_in_the_working_directory(desk: Desk) -> None:
    desk.write("shelf/__init__.py", "")
    desk.write("shelf/books.py", ONE_NODE + "chosen = Pipeline('p', 'r', [One()])\n")
    assert executor_path(desk, "shelf.books:chosen") == "shelf.books:One"


def test_a_file_that_does_not_exist(desk: Desk) -> None:
    assert refusal(desk, "stesp.py") == ("File 'stesp.py' does not exist. Did you mean 'steps.py'?")


def test_a_module_that_does_not_exist(desk: Desk) -> None:
    assert refusal(desk, "no.such:pipeline") == (
        "Module 'no.such' cannot be imported: No module named 'no'. It is looked for in the "
        f"working directory {str(desk.folder)!r} and where installed packages are."
    )


def test_a_function_that_does_not_exist(desk: Desk) -> None:
    assert refusal(desk, "steps.py:create_pipelin") == (
        "'steps.py' has no 'create_pipelin'. "
        "These exist: 'create_pipeline'. Did you mean 'create_pipeline'?"
    )


def test_a_file_without_a_pipeline(desk: Desk) -> None:
    desk.write("vague.py", "def build():\n    pass\n\ndef creat_pipeline():\n    pass\n")
    assert refusal(desk, "vague.py") == (
        "'vague.py' has no function 'create_pipeline', no Pipeline object and no function that "
        "is annotated '-> Pipeline'. Say which function makes the pipeline: vague.py:FUNCTION. "
        "These exist: 'build', 'creat_pipeline'. Did you mean 'creat_pipeline'?"
    )


def test_a_file_with_several_pipelines(desk: Desk) -> None:
    source = "first = Pipeline('p', 'r', [One()])\nsecond = Pipeline('q', 'r', [One()])\n"
    desk.write("many.py", ONE_NODE + source)
    assert refusal(desk, "many.py") == (
        "'many.py' has several pipelines: 'first', 'second'. Say which: many.py:first"
    )


def test_a_name_that_is_no_pipeline(desk: Desk) -> None:
    desk.write("number.py", "create_pipeline = 3\n")
    assert refusal(desk, "number.py") == (
        "'create_pipeline' in 'number.py' is a int, "
        "neither a Pipeline nor a function that returns one."
    )


def test_a_function_that_returns_something_else(desk: Desk) -> None:
    desk.write("forgot.py", "def create_pipeline():\n    pass\n")
    assert refusal(desk, "forgot.py") == (
        "create_pipeline() in 'forgot.py' returned None of type NoneType, expected a Pipeline."
    )


def test_a_function_that_needs_arguments(desk: Desk) -> None:
    desk.write("needs.py", "def create_pipeline(root, rows, fast=True, *rest):\n    pass\n")
    assert refusal(desk, "needs.py") == (
        "create_pipeline() in 'needs.py' cannot be called without arguments: 'root', 'rows' have "
        "no default. Give them defaults; what changes from run to run can be a RuntimeParameter, "
        "given with --param."
    )


def test_a_function_that_needs_one_argument(desk: Desk) -> None:
    desk.write("needs.py", "def create_pipeline(root):\n    pass\n")
    assert refusal(desk, "needs.py") == (
        "create_pipeline() in 'needs.py' cannot be called without arguments: 'root' has "
        "no default. Give it a default; what changes from run to run can be a RuntimeParameter, "
        "given with --param."
    )


def test_a_file_without_functions(desk: Desk) -> None:
    desk.write("steps.py", "ROWS = 4\n")
    assert refusal(desk, "steps.py") == (
        "'steps.py' has no function 'create_pipeline', no Pipeline object and no function that "
        "is annotated '-> Pipeline'. It defines no function at all: write create_pipeline(), "
        "or name another file."
    )


def test_a_folder(desk: Desk) -> None:
    (desk.folder / "project").mkdir()
    assert refusal(desk, "project") == (
        "'project' is a folder; expected a Python file in it. None exist."
    )
    for name in ("project/pipelines.py", "project/steps.py"):
        desk.write(name, "")
    message = (
        "is a folder; expected a Python file in it. These exist: 'pipelines.py', 'steps.py'. "
        "Did you mean 'pipelines.py'?"
    )
    assert refusal(desk, "project") == f"'project' {message}"
    assert refusal(desk, "project/") == f"'project/' {message}"


def test_a_file_of_another_kind(desk: Desk) -> None:
    desk.write("notes.txt", "")
    assert refusal(desk, "notes.txt") == (
        "'notes.txt' is no pipeline: expected a Python file (.py) or a compiled pipeline "
        "(.pb, .pbtxt, .json)."
    )


def test_a_file_that_wants_tfx(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tfx", None)  # as where it is not installed
    path = desk.write("program.py", "from tfx import v1 as tfx\n")
    shown = refusal(desk, "program.py")
    assert shown.startswith("File 'program.py' cannot be imported: ModuleNotFoundError: ")
    assert shown.endswith(
        f"\n  at {path}:1\nTo run what is written for TFX without TFX: plib run --as-tfx; "
        "or import 'from pipeline_lib import tfx'."
    )


def test_a_function_that_raises(desk: Desk) -> None:
    path = desk.write("raises.py", "def create_pipeline():\n    return {}['root']\n")
    assert refusal(desk, "raises.py") == (
        f"create_pipeline() in 'raises.py' failed: KeyError: 'root'\n  at {path}:2"
    )


def test_an_authoring_error_says_on_which_line(desk: Desk) -> None:
    source = "def create_pipeline():\n    return Pipeline('p', 'r', [])\n"
    path = desk.write("empty.py", ONE_NODE + source)
    assert refusal(desk, "empty.py") == f"Pipeline 'p' has no components.\n  at {path}:9"


def test_a_file_that_raises_when_it_is_imported(desk: Desk) -> None:
    path = desk.write("broken.py", "\nroot = here\n")
    assert refusal(desk, "broken.py") == (
        f"File 'broken.py' cannot be imported: NameError: name 'here' is not defined\n  at {path}:2"
    )


def test_a_file_that_imports_what_is_not_there(desk: Desk) -> None:
    path = desk.write("lacks.py", "import no_such_package\n")
    message = f"ModuleNotFoundError: No module named 'no_such_package'\n  at {path}:1"
    assert refusal(desk, "lacks.py") == f"File 'lacks.py' cannot be imported: {message}"
    assert refusal(desk, "lacks:make") == f"Module 'lacks' cannot be imported: {message}"


def test_a_file_that_exits(desk: Desk) -> None:
    path = desk.write("exits.py", "raise SystemExit(3)\n")
    assert refusal(desk, "exits.py") == (
        f"File 'exits.py' cannot be imported: SystemExit: 3\n  at {path}:1"
    )


def test_a_file_that_is_no_python(desk: Desk) -> None:
    desk.write("syntax.py", "def create_pipeline(:\n")
    assert refusal(desk, "syntax.py") == (
        "File 'syntax.py' cannot be imported: SyntaxError: invalid syntax (syntax.py, line 1)"
    )


def test_a_file_with_the_name_of_one_of_pythons_modules(desk: Desk) -> None:
    desk.write("types.py", "")
    assert refusal(desk, "types.py") == (
        "File 'types.py' cannot be imported: Python has a module 'types' of its own. Rename it."
    )


def test_a_file_with_the_name_of_a_loaded_module(desk: Desk) -> None:
    import click

    desk.write("click.py", "")
    assert refusal(desk, "click.py") == (
        f"File 'click.py' cannot be imported: {click.__file__!r} is imported under the name "
        "'click' already. Rename it."
    )


def test_a_file_whose_name_is_no_module_name(desk: Desk) -> None:
    desk.write("two.dots.py", "")
    assert refusal(desk, "two.dots.py") == (
        "File 'two.dots.py' cannot be imported: a module's name cannot be 'two.dots', with a dot. "
        "Rename it."
    )


def test_a_compiled_file_that_does_not_exist(desk: Desk) -> None:
    assert refusal(desk, "gone.pb") == "'gone.pb' cannot be read: No such file or directory."


def test_a_compiled_file_takes_no_function(desk: Desk) -> None:
    assert refusal(desk, "kept.pb:make") == (
        "'kept.pb' holds one compiled pipeline: leave out ':make'."
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("bad.pb", "These bytes are no compiled pipeline: "),
        ("bad.pbtxt", "This text is no compiled pipeline: "),
        ("bad.json", "This JSON is no compiled pipeline: "),
    ],
)
def test_a_compiled_file_of_something_else(desk: Desk, name: str, message: str) -> None:
    desk.write(name, "something else")
    # The rest is protobuf's own message, which differs from version to version.
    assert refusal(desk, name).startswith(f"{name!r}: {message}")


def test_a_compiled_file_in_text_form_that_is_no_text(desk: Desk) -> None:
    (desk.folder / "bytes.pbtxt").write_bytes(b"\xff")
    assert refusal(desk, "bytes.pbtxt") == (
        "'bytes.pbtxt': it is no text: "
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte."
    )
