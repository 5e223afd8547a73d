from __future__ import annotations

from pathlib import Path

import pytest

from pipeline_lib.compiler.source_bundles import SourceBundles
from pipeline_lib.errors import UserModuleError
from pipeline_lib.ir.pipeline import SourceBundle
from tests.whole_message import raises


def bundle_of(folder: Path, **modules: str) -> SourceBundle:
    """The bundle of `trainer.py` in a new folder with these modules."""
    folder.mkdir()
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)
    bundles = SourceBundles()
    reference = bundles.add(str(folder / "trainer.py"), "where")
    (bundle,) = bundles.bundles()
    assert (reference.digest, reference.file) == (bundle.digest, "trainer.py")
    return bundle


@pytest.mark.parametrize(
    "statement",
    [
        "import layers",
        "import layers as l",
        "import os, layers",
        "from layers import SIZE",
        "def run_fn():\n    import layers",
        "if True:\n    from layers import *",
    ],
)
def test_imported_sibling_is_in_the_bundle(tmp_path: Path, statement: str) -> None:
    bundle = bundle_of(tmp_path / "a", trainer=statement, layers="SIZE = 3", unrelated="x = 1")
    assert bundle.files == {"trainer.py": statement, "layers.py": "SIZE = 3"}


def test_siblings_of_siblings_are_in_the_bundle_and_cycles_end(tmp_path: Path) -> None:
    bundle = bundle_of(
        tmp_path / "a", trainer="import one", one="import two", two="import one, trainer"
    )
    assert set(bundle.files) == {"trainer.py", "one.py", "two.py"}


def test_digest_is_of_the_content_and_not_of_the_folder(tmp_path: Path) -> None:
    one = bundle_of(tmp_path / "one", trainer="import layers", layers="SIZE = 3")
    other = bundle_of(tmp_path / "other", trainer="import layers", layers="SIZE = 3", extra="")
    assert one == other


@pytest.mark.parametrize(
    "changed",
    [
        {"trainer": "import layers  # changed", "layers": "SIZE = 3"},
        {"trainer": "import layers", "layers": "SIZE = 4"},
        {"trainer": "import layers"},
    ],
)
def test_digest_changes_with_every_file(tmp_path: Path, changed: dict[str, str]) -> None:
    before = bundle_of(tmp_path / "a", trainer="import layers", layers="SIZE = 3")
    assert bundle_of(tmp_path / "b", **changed).digest != before.digest


def test_line_ends_and_byte_order_mark_of_another_system_change_nothing(tmp_path: Path) -> None:
    before = bundle_of(tmp_path / "a", trainer="a = 'größer'\nb = 2\n")
    (tmp_path / "trainer.py").write_bytes("\ufeffa = 'größer'\r\nb = 2\r\n".encode())
    bundles = SourceBundles()
    bundles.add(str(tmp_path / "trainer.py"), "where")
    assert bundles.bundles() == (before,)


def test_one_module_used_twice_is_one_bundle(tmp_path: Path) -> None:
    (tmp_path / "trainer.py").write_text("")
    bundles = SourceBundles()
    assert bundles.add(str(tmp_path / "trainer.py"), "a") == bundles.add(
        str(tmp_path / "trainer.py"), "b"
    )
    assert len(bundles.bundles()) == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"def run_fn(:\n", "invalid syntax (line 1)."),
        (b"x = 1\n  y = 2\n", "unexpected indent (line 2)."),
        (b"x = 'gr\xf6\xdfer'\n", "it is not encoded in UTF-8 (invalid start byte at byte 7)."),
        (b"x = 1\0\n", "it holds a null byte."),
    ],
)
def test_module_that_is_no_python_is_refused(tmp_path: Path, source: bytes, reason: str) -> None:
    path = tmp_path / "trainer.py"
    path.write_bytes(source)
    message = f"where: module file {str(path)!r} is no valid Python: {reason}"
    with raises(UserModuleError, message):
        SourceBundles().add(str(path), "where")


def test_sibling_that_is_no_python_is_named(tmp_path: Path) -> None:
    (tmp_path / "trainer.py").write_text("import layers")
    (tmp_path / "layers.py").write_text("def :")
    message = (
        f"where: module file {str(tmp_path / 'layers.py')!r} is no valid Python: "
        "invalid syntax (line 1)."
    )
    with raises(UserModuleError, message):
        SourceBundles().add(str(tmp_path / "trainer.py"), "where")


def test_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    message = (
        f"where: module file {str(tmp_path)!r} does not exist. Paths are relative to the working "
        "directory; a path built from __file__ works everywhere."
    )
    with raises(UserModuleError, message):
        SourceBundles().add(str(tmp_path), "where")


@pytest.mark.parametrize(
    "source",
    [
        "def run_fn(fn_args): ...",
        "run_fn = print",
        "from layers import run_fn",
        "from layers import train as run_fn",
        "from layers import *",
        "if True:\n    def run_fn(fn_args): ...",
        "class run_fn: ...",
    ],
)
def test_module_that_may_define_what_is_wanted_passes(tmp_path: Path, source: str) -> None:
    path = tmp_path / "trainer.py"
    path.write_text(source)
    assert SourceBundles().add(str(path), "where", ("run_fn",)).file == "trainer.py"


def test_module_that_lacks_what_is_wanted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trainer.py"
    path.write_text("import os\ndef run_fm(fn_args): ...\n")
    message = (
        f"where: module file {str(path)!r} defines no function 'run_fn'. "
        "These exist: 'run_fm'. Did you mean 'run_fm'?"
    )
    with raises(UserModuleError, message):
        SourceBundles().add(str(path), "where", ("run_fn",))
