"""Every kind of change has words of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ExecutionRecord, ExecutionState
from pipeline_lib.report.cache_changes import changes, writers_in


def execution(leaves: dict[str, str], **more: Any) -> ExecutionRecord:
    return ExecutionRecord("p", "r", "n", "N", ExecutionState.COMPLETE, cache_leaves=leaves, **more)


def texts(before: ExecutionRecord, after: ExecutionRecord, **more: Any) -> list[str]:
    return [change.text for change in changes(before, after, **more)]


@pytest.mark.parametrize(
    ("leaf", "before", "after", "text"),
    [
        ("executor", "a:B", "a:C", "executor: a:B -> a:C"),
        ("outputs", "1", "2", "outputs: other keys or types"),
        ("code", "1", "2", "code: changed"),
        ("code.pkg.helpers:clean", "1", "2", "code: pkg.helpers.clean changed"),
        ("code.pkg.helpers:clean", None, "2", "code: pkg.helpers.clean is used now"),
        ("code.pkg.helpers:clean", "1", None, "code: pkg.helpers.clean is not used any more"),
        ("code.pkg.helpers", "1", "2", "code: module pkg.helpers changed"),
        (
            "code.pkg.helpers:<top level>",
            "1",
            "2",
            "code: what pkg.helpers does when it is imported changed",
        ),
        ("code.pipeline_lib", "0.1", "0.2", "code: pipeline_lib 0.1 -> 0.2"),
        ("file.module_file", "1", "2", "code: the module file changed"),
        ("file.module_file.trainer.py:run_fn", "1", "2", "code: run_fn in trainer.py changed"),
        (
            "file.module_file.layers.py:<top level>",
            "1",
            "2",
            "code: what layers.py does when it is imported changed",
        ),
    ],
)
def test_code(leaf: str, before: str | None, after: str | None, text: str) -> None:
    earlier = execution({} if before is None else {leaf: before})
    later = execution({} if after is None else {leaf: after})
    (change,) = changes(earlier, later)
    assert (change.leaf, change.text) == (leaf, text)
    assert (change.before, change.after) == (before, after)


def test_a_definition_in_a_module_file_that_is_new_or_gone() -> None:
    one, other = (
        execution({"file.module_file.trainer.py:<top level>": "1", f"file.module_file.{name}": "1"})
        for name in ("trainer.py:build", "layers.py:build")
    )
    assert texts(one, other) == [
        "code: build in layers.py is new",
        "code: build in trainer.py is gone",
    ]


def test_a_record_from_before_module_files_were_told_in_parts() -> None:
    staged = {"module_file": "/root/.sources/d2/trainer.py"}
    earlier = execution({"parameter.module_file": "d1/trainer.py"}, parameters=staged)
    leaves = {"parameter.module_file": "trainer.py", "file.module_file.trainer.py:run_fn": "1"}
    assert texts(earlier, execution(leaves, parameters=staged)) == [
        "module file trainer.py of parameter module_file: changed, or a module that it imports"
    ]


@pytest.mark.parametrize(
    ("old", "new", "leaves", "text"),
    [
        (3, 5, None, "parameter x: 3 -> 5"),
        (None, 5, None, "parameter x: null -> 5"),
        ([8, 8], [8, 16], None, "parameter x: [1]: 8 -> 16"),
        ([8], [8, 8], None, "parameter x: [8] -> [8, 8]"),
        (
            {"a": {"b": [{"c": 1}]}, "gone": 1},
            {"a": {"b": [{"c": 2}]}, "new": 2},
            None,
            "parameter x: a.b[0].c: 1 -> 2; gone: not there any more, was 1; new: new, 2",
        ),
        (
            [1, 2, 3, 4, 5],
            [2, 3, 4, 5, 6],
            None,
            "parameter x: [0]: 1 -> 2; [1]: 2 -> 3; [2]: 3 -> 4; and 2 more",
        ),
        ("a", "b", None, "parameter x: a -> b"),
        ("/data", "/data", ("f1", "f2"), "data at /data of parameter x: changed"),
        ("/data", "/new", ("f1", "f2"), "parameter x: /data -> /new, with other data"),
        (
            "/root/.sources/d1/trainer.py",
            "/root/.sources/d2/trainer.py",
            ("d1/trainer.py", "d2/trainer.py"),
            "module file trainer.py of parameter x: changed, or a module that it imports",
        ),
        (
            "/root/.sources/d1/trainer.py",
            "/root/.sources/d2/train.py",
            ("trainer.py", "train.py"),
            "parameter x: trainer.py -> train.py",
        ),
        (
            "environment_variable('KEY')",
            "environment_variable('KEY')",
            ("environment h1", "environment h2"),
            "parameter x: environment_variable('KEY') has another value",
        ),
    ],
)
def test_parameters(old: Any, new: Any, leaves: tuple[str, str] | None, text: str) -> None:
    before, after = leaves or (json.dumps(old), json.dumps(new))
    earlier = execution({"parameter.x": before}, parameters={"x": old})
    later = execution({"parameter.x": after}, parameters={"x": new})
    assert texts(earlier, later) == [text]


def test_a_number_that_a_store_has_made_an_integer() -> None:
    earlier = execution({"parameter.x": "[1.0]"}, parameters={"x": [1]})
    later = execution({"parameter.x": "[2.0]"}, parameters={"x": [2.0]})
    assert texts(earlier, later) == ["parameter x: [0]: 1.0 -> 2.0"]


def test_a_parameter_that_is_new_or_gone() -> None:
    without, with_it = execution({}), execution({"parameter.x": "5"}, parameters={"x": 5})
    assert texts(without, with_it) == ["parameter x: new, 5"]
    assert texts(with_it, without) == ["parameter x: not there any more, was 5"]


def reading(*artifacts: ArtifactRecord) -> ExecutionRecord:
    leaves = {
        f"input.data.{index}": f"{one.fingerprint} {one.properties}"
        for index, one in enumerate(artifacts)
    }
    return execution(leaves, inputs={"data": artifacts})


def artifact(id: int, fingerprint: str = "f", **properties: Any) -> ArtifactRecord:
    return ArtifactRecord(
        "Examples", f"/{id}", id=id, fingerprint=fingerprint, properties=properties
    )


def test_inputs() -> None:
    one, other = reading(artifact(12, "f1")), reading(artifact(31, "f2"))
    writers = {31: "written by CsvExampleGen"}
    assert texts(one, other, writers=writers) == [
        "input data: other content (artifact 12 -> 31, written by CsvExampleGen)"
    ]
    assert texts(one, other) == ["input data: other content (artifact 12 -> 31)"]
    spans = reading(artifact(1, span=1, version=1)), reading(artifact(2, span=2, version=1))
    assert texts(*spans) == ["input data: other properties, span (artifact 1 -> 2)"]
    several = reading(artifact(12, "f1"), artifact(13))
    assert texts(one, several) == ["input data[1]: new (artifact 13)"]
    assert texts(several, one) == ["input data[1]: not there any more (artifact 13)"]


def test_what_is_equal_is_no_change_and_code_comes_first() -> None:
    earlier = execution({"same": "1", "parameter.a": "1", "code.m:f": "1"}, parameters={"a": 1})
    later = execution({"same": "1", "parameter.a": "2", "code.m:f": "2"}, parameters={"a": 2})
    assert texts(earlier, later) == ["code: m.f changed", "parameter a: 1 -> 2"]


def test_a_record_of_an_earlier_release_knows_no_parts_of_code() -> None:
    earlier, later = execution({"code": "1"}), execution({"code.m:f": "1", "code.m:g": "1"})
    assert texts(earlier, later) == ["code: changed"]


def test_writers_of_artifacts() -> None:
    load = execution({}, outputs={"data": [artifact(1), artifact(2)]})
    resolved = execution({}, outputs={"data": [artifact(2), artifact(3)]}, chosen=True)
    told = {1: "written by n", 2: "written by n", 3: "found by n"}
    assert writers_in([load, resolved]) == told
    assert writers_in([resolved, load]) == told
