from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline_lib.compiler.code import CodeDigests
from pipeline_lib.errors import UserModuleError
from tests.fresh_process import run_python
from tests.whole_message import raises

_TIMES = count(1)


class Author:
    """A folder on `sys.path` in which an author edits modules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, module: str, source: str) -> None:
        path = self.folder / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(source))
        os.utime(path, (0, next(_TIMES)))

    def parts(self, path: str = "author_steps:run") -> Mapping[str, str]:
        code = CodeDigests()
        digest = code.add(path)
        (found,) = code.all()
        assert found.digest == digest
        return {name: one for name, one in found.parts.items() if name != "pipeline_lib"}

    def names(self, path: str = "author_steps:run") -> set[str]:
        return {name.removeprefix("author_") for name in self.parts(path)}


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    monkeypatch.syspath_prepend(tmp_path)
    yield Author(tmp_path)
    for name in list(sys.modules):
        if name.startswith("author_"):
            del sys.modules[name]


STEPS = """
    '''Steps.'''
    import math
    from author_helpers import clean, unused

    LIMIT = 3
    OTHER = 4

    def _inner(x):
        return clean(x) + LIMIT

    def run(x, start=0):
        '''Run.'''
        return _inner(x) + math.sin(start)

    def other():
        return OTHER
    """
HELPERS = """
    SCALE = 2

    def clean(x):
        return x * SCALE

    def unused():
        return 1
    """


@pytest.fixture
def steps(author: Author) -> Author:
    author.write("author_steps.py", STEPS)
    author.write("author_helpers.py", HELPERS)
    return author


def test_parts_are_what_the_function_reaches_by_name(steps: Author) -> None:
    assert steps.names() == {
        "steps:run",
        "steps:_inner",
        "steps:LIMIT",
        "helpers:clean",
        "helpers:SCALE",
    }


@pytest.mark.parametrize(
    ("module", "old", "new", "changed"),
    [
        ("steps", "_inner(x) +", "_inner(x) -", {"steps:run"}),
        ("steps", "clean(x) +", "clean(x) -", {"steps:_inner"}),
        ("steps", "start=0", "start=1", {"steps:run"}),
        ("steps", "run(x,", "run(x: int,", {"steps:run"}),
        ("steps", "    def run", "    @staticmethod\n    def run", {"steps:run"}),
        ("steps", "LIMIT = 3", "LIMIT = 3.0", {"steps:LIMIT"}),
        ("steps", "import math", "import cmath as math", {"steps:run"}),
        ("steps", "clean, unused", "unused as clean", {"steps:_inner", "helpers:unused"}),
        ("helpers", "x * SCALE", "x / SCALE", {"helpers:clean"}),
        ("helpers", "SCALE = 2", "SCALE = 3", {"helpers:SCALE"}),
        ("steps", "OTHER = 4", "OTHER = 5", set()),
        ("steps", "return OTHER", "return -OTHER", set()),
        ("steps", "def other", "def renamed", set()),
        ("steps", "'''Run.'''", "'''Walk.'''  # a comment", set()),
        ("steps", "'''Steps.'''", "", set()),
        ("steps", "_inner(x) +", "(\n            _inner( x )\n        ) +", set()),
        ("helpers", "return 1", "return 2", set()),
    ],
)
def test_an_edit_changes_the_parts_that_it_touches(
    steps: Author, module: str, old: str, new: str, changed: set[str]
) -> None:
    before = steps.parts()
    source = STEPS if module == "steps" else HELPERS
    assert old in source
    steps.write(f"author_{module}.py", source.replace(old, new, 1))
    after = steps.parts()
    different = {name for name in after if before.get(name) != after[name]}
    assert {name.removeprefix("author_") for name in different} == changed


def test_equal_code_has_one_digest_and_is_held_once(steps: Author) -> None:
    code = CodeDigests()
    assert code.add("author_steps:run") == code.add("author_steps:run")
    assert code.add("author_steps:other") != code.add("author_steps:run")
    assert [one.digest for one in code.all()] == sorted(one.digest for one in code.all())
    assert len(code.all()) == 2


@pytest.mark.parametrize(
    ("imports", "used"),
    [
        ("import author_helpers", "author_helpers.clean"),
        ("import author_helpers as h", "h.clean"),
        ("from author_helpers import clean as c", "c"),
        ("from author_exported import clean", "clean"),
        ("import author_exported", "author_exported.clean"),
        ("import author_exported", "author_exported.author_helpers.clean"),
        ("from author_package import inner", "inner.clean"),
        ("import author_package.inner", "author_package.inner.clean"),
        ("import author_package.inner as i", "i.clean"),
        ("from author_package.relative import inner", "inner.clean"),
        ("from author_package.relative import up", "up"),
        ("from author_package import offered", "offered"),
    ],
)
def test_imports_are_followed(steps: Author, imports: str, used: str) -> None:
    steps.write("author_exported.py", "import author_helpers\nfrom author_helpers import clean\n")
    steps.write("author_package/__init__.py", "from .inner import clean as offered\n")
    steps.write("author_package/inner.py", "from author_helpers import clean\nX = 1\n")
    steps.write("author_package/relative.py", "from . import inner\nfrom .inner import clean as up")
    steps.write("author_one.py", f"{imports}\ndef run(x):\n    return {used}(x)\n")
    assert steps.names("author_one:run") == {"one:run", "helpers:clean", "helpers:SCALE"}


def test_imports_inside_functions_are_followed(steps: Author) -> None:
    steps.write(
        "author_package/one.py",
        """
        def run(x):
            from ..author_package import two
            import author_helpers
            return two.f(author_helpers.clean(x))
        """,
    )
    steps.write("author_package/two.py", "def f(x): return g(x)\ndef g(x): return x\nG = 1\n")
    assert steps.names("author_package.one:run") == {
        "package.one:run",
        "package.two:f",
        "package.two:g",
        "helpers:clean",
        "helpers:SCALE",
    }


def test_a_class_counts_with_bases_and_decorators(author: Author) -> None:
    author.write(
        "author_steps.py",
        """
        def mark(cls): return cls
        def unused(): ...
        class Above: ...
        class Base(Above): ...
        class Meta(type): ...

        @mark
        class Executor(Base, metaclass=Meta):
            LIMIT = SIZE
            def Do(self): return self.unused()
            def unused(self): return LIMIT

        SIZE = 3
        LIMIT = 4
        """,
    )
    assert author.names("author_steps:Executor") == {
        *("steps:Executor", "steps:mark", "steps:Base", "steps:Above", "steps:Meta"),
        *("steps:SIZE", "steps:LIMIT"),
    }
    assert author.names("author_steps:Executor.Do") == author.names("author_steps:Executor")


def test_variables_of_a_function_are_not_the_modules(author: Author) -> None:
    author.write(
        "author_steps.py",
        """
        a = b = c = d = e = f = g = h = i = j = k = l = 1
        outer = inner = 2

        def run(a, *b, c=None, **d):
            e = 1
            for f, (g, *_) in []: ...
            with open("x") as h: ...
            try: ...
            except ValueError as i: ...
            match a:
                case {"x": j, **k}: ...
            def l(): return e + outer
            return [a, b, c, d, e, f, g, h, i, j, k, l, [inner for inner in b], lambda outer: outer]
        """,
    )
    assert author.names() == {"steps:run", "steps:outer"}


def test_a_global_that_a_function_assigns_counts_for_those_who_read_it(author: Author) -> None:
    author.write(
        "author_steps.py",
        """
        def load():
            global MODEL
            MODEL = 1

        def run():
            return MODEL
        """,
    )
    assert author.names() == {"steps:run", "steps:load", "steps:MODEL"} - {"steps:load"}
    before = author.parts()
    author.write(
        "author_steps.py", "def load():\n    global MODEL\n    MODEL = 2\ndef run(): MODEL"
    )
    assert author.parts()["author_steps:MODEL"] != before["author_steps:MODEL"]


def test_what_a_module_does_when_it_is_imported_counts(steps: Author) -> None:
    steps.write(
        "author_steps.py",
        """
        import random
        import author_setup
        from author_helpers import SEED

        random.seed(SEED)
        REGISTRY = {}
        REGISTRY["a"] = 1

        def run(): ...
        """,
    )
    steps.write("author_helpers.py", "SEED = 1\ndef clean(): ...\n")
    steps.write("author_setup.py", "import sys\nsys.path.insert(0, 'x')\ndef f(): ...\n")
    assert steps.names() == {
        "steps:run",
        "steps:REGISTRY",
        "steps:<top level>",
        "helpers:SEED",
        "setup:<top level>",
    }


def test_the_packages_of_an_imported_module_are_imported_too(author: Author) -> None:
    author.write("author_package/__init__.py", "print('hello')\n")
    author.write("author_package/one.py", "def run(): ...\n")
    author.write("author_steps.py", "from author_package.one import run\n")
    expected = {"package:<top level>", "package.one:run"}
    assert author.names("author_steps:run") == expected
    assert author.names("author_package.one:run") == expected


def test_building_the_pipeline_does_not_count(author: Author) -> None:
    source = """
        from pipeline_lib import Cond, LocalRunner, Pipeline, component

        @component
        def One(n: int): ...

        @component
        def Two(): ...

        one = One(n=1)
        with Cond(True):
            two = Two()
        two.add_upstream_node(one)
        pipeline = Pipeline("p", "root", [one, two])

        def create_pipeline(): return pipeline

        if __name__ == "__main__":
            LocalRunner().run(pipeline)
        """
    author.write("author_steps.py", source)
    assert author.names("author_steps:One") == {"steps:One"}


def test_a_block_that_chooses_definitions_counts_for_the_names_in_it(steps: Author) -> None:
    steps.write(
        "author_steps.py",
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import author_setup
            from author_helpers import unused
        try:
            from author_helpers import clean
        except ImportError:
            clean = None
        if TYPE_CHECKING is None:
            def run(x: "unused"): return clean
        else:
            def run(x): return x
        OTHER = 1
        """,
    )
    steps.write("author_setup.py", "print()")
    assert steps.names() == {
        "steps:run",
        "steps:clean",
        "helpers:clean",
        "helpers:SCALE",
        "helpers:unused",
    }


@pytest.mark.parametrize(
    "body",
    [
        "globals()['other']()",
        "eval('other()')",
        "exec('other()')",
        "__import__('x')",
        "importlib.import_module(name)",
        "sys.modules[__name__].other()",
        "[one() for one in Base.__subclasses__()]",
    ],
)
def test_a_function_that_may_reach_any_name_counts_its_whole_module(
    steps: Author, body: str
) -> None:
    steps.write(
        "author_steps.py",
        f"""
        import author_helpers
        from author_package import one
        def run(): return {body}
        def other(): ...
        """,
    )
    steps.write("author_package/__init__.py", "")
    steps.write("author_package/one.py", "ONE = 1")
    assert steps.names() == {"steps", "helpers", "package.one"}


@pytest.mark.parametrize(
    ("imports", "use"),
    [
        ("import author_helpers", "getattr(author_helpers, name)"),
        ("import author_helpers", "use(author_helpers)"),
        ("from author_helpers import *", "clean(1)"),
        ("import author_helpers", "author_helpers.made_by_exec"),
        ("import importlib", "importlib.import_module('author_helpers')"),
    ],
)
def test_a_module_that_is_used_in_hidden_ways_counts_whole(
    steps: Author, imports: str, use: str
) -> None:
    steps.write("author_steps.py", f"{imports}\ndef run():\n    return {use}\ndef other(): ...\n")
    assert steps.names() == {"steps:run", "helpers"}
    before = steps.parts()
    steps.write("author_helpers.py", HELPERS.replace("return 1", "return 2"))
    assert steps.parts() != before
    steps.write("author_helpers.py", HELPERS + "# a comment\n")
    assert steps.parts() == before


def test_a_name_that_is_not_there_counts_the_whole_module(author: Author) -> None:
    author.write("author_steps.py", "exec('def run(): ...')\n")
    assert author.names() == {"steps"}


@pytest.mark.parametrize(
    "registry",
    [
        "KNOWN = {}\ndef handles(f): KNOWN[f.__name__] = f; return f",
        "class Known:\n    all = []\n    def add(self, f): ...\nhandles = Known().add",
        "class Known:\n    all = []\nclass handles:\n    def __init__(self, f): Known.all += [f]",
        "def handles(f):\n    global LAST\n    LAST = f",
        "from other_people import register as handles\nhandles = handles.register",
    ],
)
def test_a_definition_that_a_decorator_notes_down_counts(author: Author, registry: str) -> None:
    author.write("author_known.py", registry)
    author.write(
        "author_steps.py",
        """
        import author_known
        def run(): return author_known.Known
        @author_known.handles
        def one(): ...
        def two(): ...
        """,
    )
    assert "steps:one" in author.names()
    assert "steps:two" not in author.names()


def test_a_definition_under_a_plain_decorator_counts_for_who_names_it(author: Author) -> None:
    author.write(
        "author_steps.py",
        """
        import functools, logging
        from dataclasses import dataclass
        _LOG = logging.getLogger(__name__)
        TIMES = 3

        def logged(f):
            @functools.wraps(f)
            def call(*args):
                _LOG.info("%s", TIMES)
                return f(*args)
            return call

        @logged
        def run(): ...
        @logged
        def other(): ...
        @dataclass
        class Another: ...
        """,
    )
    assert author.names() == {"steps:run", "steps:logged", "steps:_LOG", "steps:TIMES"}


def test_a_class_that_its_base_notes_down_counts(author: Author) -> None:
    author.write(
        "author_steps.py",
        """
        class Step:
            def __init_subclass__(cls): ALL.append(cls)
        ALL = []
        class Middle(Step): ...
        class One(Middle): ...
        class Two: ...
        def run(): return ALL
        """,
    )
    assert author.names() == {
        *("steps:run", "steps:ALL", "steps:Step", "steps:Middle", "steps:One"),
    }


def test_modules_that_import_each_other_are_read_once(author: Author) -> None:
    author.write("author_steps.py", "import author_other\ndef run(): author_other.f()\n")
    author.write("author_other.py", "import author_steps\ndef f(): author_steps.run()\n")
    assert author.names() == {"steps:run", "other:f"}


def test_other_peoples_modules_do_not_count_and_nothing_is_imported(author: Author) -> None:
    author.write("author_steps.py", "import json, click, yaml_of_nobody\ndef run(): json, click\n")
    author.write("author_other.py", "raise SystemExit\n")
    author.write("author_steps.py", "import author_other\nraise SystemExit\ndef run(): ...\n")
    assert author.names() == {"steps:run", "steps:<top level>", "other:<top level>"}
    assert "author_steps" not in sys.modules
    assert "author_other" not in sys.modules


def test_an_imported_module_that_is_no_python_counts_by_its_content(author: Author) -> None:
    author.write("author_steps.py", "import author_other\ndef run(): ...\n")
    author.write("author_other.py", "this is no Python")
    assert author.names() == {"steps:run", "other"}


def test_the_librarys_version_counts(author: Author) -> None:
    author.write("author_steps.py", "def run(): ...\n")
    code = CodeDigests()
    code.add("author_steps:run")
    assert "pipeline_lib" in code.all()[0].parts


def test_a_module_that_is_not_there_is_refused(author: Author) -> None:
    author.write("author_steps.py", "")
    for module in ("nowhere", "author_steps.inner", "author_nowhere.inner", "sys"):
        message = (
            f"Module {module!r} cannot be found. It must be importable where the pipeline is "
            "compiled: is it on sys.path, or its package installed?"
        )
        with raises(UserModuleError, message):
            CodeDigests().add(f"{module}:a")


def test_a_script_that_runs_has_its_own_digest(tmp_path: Path) -> None:
    script = "from pipeline_lib.compiler.code import CodeDigests\n"
    script += "def a(): return 1\n"
    script += "print(CodeDigests().add('my_script:a'))\n"
    run = "import subprocess, sys; subprocess.run([sys.executable, 'my_script.py'])"
    (tmp_path / "my_script.py").write_text(script)
    first = run_python(run, cwd=tmp_path)
    assert len(first.strip()) == 16
    (tmp_path / "my_script.py").write_text(script.replace("return 1", "return 2"))
    second = run_python(run, cwd=tmp_path)
    assert second != first
    as_module = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'my_script'])"
    assert run_python(as_module, cwd=tmp_path) == second


@pytest.mark.parametrize("text", ["author_package.training.run", "author_package.training:run"])
def test_a_function_that_a_parameter_names_counts(author: Author, text: str) -> None:
    author.write("author_steps.py", "def run(): ...\n")
    author.write("author_package/__init__.py", "")
    author.write("author_package/training.py", "def run(): return _run()\ndef _run(): ...\n")

    def names(text: str) -> set[str]:
        code = CodeDigests()
        code.add("author_steps:run", [text])
        return {name.removeprefix("author_") for name in code.all()[0].parts} - {"pipeline_lib"}

    assert names(text) == {"steps:run", "package.training:run", "package.training:_run"}
    for other in ("a text", "", "author_package.data.txt", "author_package.training", "os.path"):
        assert names(other) == {"steps:run"}


def test_the_texts_that_count_are_told_apart(author: Author) -> None:
    author.write("author_steps.py", "def run(): ...\ndef one(): ...\n")
    code = CodeDigests()
    assert code.add("author_steps:run", ["a text"]) == code.add("author_steps:run")
    assert code.add("author_steps:run", ["author_steps.one"]) != code.add("author_steps:run")
