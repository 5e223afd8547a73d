from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_lib.errors import UserModuleError
from pipeline_lib.execution.user_module import import_module_file, user_function
from tests.whole_message import raises


@pytest.fixture(autouse=True)
def _same_interpreter_afterwards() -> Iterator[None]:
    """What a module file adds to the interpreter is taken out again."""
    path, modules = list(sys.path), dict(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - set(modules):
        del sys.modules[name]


def module_file(folder: Path, name: str = "user_trainer", **siblings: str) -> str:
    folder.mkdir(exist_ok=True)
    for sibling, source in siblings.items():
        (folder / f"{sibling}.py").write_text(source)
    return str(folder / f"{name}.py")


def test_function_of_a_module_file(tmp_path: Path) -> None:
    path = module_file(tmp_path, user_trainer="def run_fn(x): return x + 1")
    assert user_function("run_fn", module_file=path)(1) == 2


def test_module_file_imports_modules_beside_it(tmp_path: Path) -> None:
    path = module_file(
        tmp_path,
        user_trainer="import user_layers\ndef run_fn(): return user_layers.SIZE",
        user_layers="SIZE = 3",
    )
    assert user_function("run_fn", module_file=path)() == 3


def test_modules_of_the_same_name_in_another_folder_are_other_modules(tmp_path: Path) -> None:
    trainer = "import user_layers\ndef run_fn(): return user_layers.SIZE"
    one = module_file(tmp_path / "1", user_trainer=trainer, user_layers="SIZE = 1")
    other = module_file(tmp_path / "2", user_trainer=trainer, user_layers="SIZE = 2")
    assert user_function("run_fn", module_file=one)() == 1
    assert user_function("run_fn", module_file=other)() == 2
    assert user_function("run_fn", module_file=one)() == 1


def test_main_beside_a_module_file_does_not_replace_the_program(tmp_path: Path) -> None:
    program = sys.modules["__main__"]
    path = module_file(tmp_path, user_trainer="def run_fn(): return 1", __main__="raise SystemExit")
    assert user_function("run_fn", module_file=path)() == 1
    assert sys.modules["__main__"] is program


def test_function_by_import_path() -> None:
    assert user_function("run_fn", import_path="os.path.join")("a", "b") == "a/b"


@pytest.mark.parametrize(
    ("module_file", "import_path"), [(None, None), ("a.py", "a.run_fn"), ("", "")]
)
def test_module_file_or_import_path_must_be_given(
    module_file: str | None, import_path: str | None
) -> None:
    message = (
        "Give either 'module_file' or 'run_fn' as an import path, "
        f"got module_file={module_file!r} and run_fn={import_path!r}."
    )
    with raises(UserModuleError, message):
        user_function("run_fn", module_file=module_file, import_path=import_path)


def test_missing_function_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    path = module_file(tmp_path, user_trainer="def run(): ...\ndef _hidden(): ...\nrun_fn = 3")
    message = (
        f"Module {path!r} defines no function 'run_fn'. These exist: 'run'. Did you mean 'run'?"
    )
    with raises(UserModuleError, message):
        user_function("run_fn", module_file=path)


def test_missing_function_of_an_import_path_is_refused() -> None:
    with pytest.raises(UserModuleError) as caught:
        user_function("run_fn", import_path="os.path.jion")
    assert str(caught.value).startswith("Module 'os.path' defines no function 'jion'. These exist")
    assert str(caught.value).endswith("Did you mean 'join'?")


def test_module_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "nowhere.py")
    with raises(UserModuleError, f"Module file {path!r} does not exist."):
        import_module_file(path)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_module_file_that_does_not_import_is_refused_each_time(
    tmp_path: Path, source: str, reason: str
) -> None:
    path = module_file(tmp_path, user_trainer=source)
    for _ in range(2):
        with raises(UserModuleError, f"Module {path!r} does not import: {reason}"):
            import_module_file(path)


def test_import_path_that_does_not_import_is_refused() -> None:
    message = (
        "Module 'nowhere.inner' does not import: ModuleNotFoundError: No module named 'nowhere'"
    )
    with raises(UserModuleError, message):
        user_function("run_fn", import_path="nowhere.inner.run_fn")
