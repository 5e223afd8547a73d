"""Names are such that Kubernetes and Kubeflow take them, and each is given once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib import ir
from pipeline_lib.runners.kubeflow.spec.names import Names, pipeline_name, safe_name
from tests.runners.kubeflow.spec.documents import document_of, tasks_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CsvExampleGen", "csv-example-gen"),
        ("HTTPServer", "http-server"),
        ("my_node.2", "my-node-2"),
        ("2nd", "n-2nd"),
        ("___", "n"),
        ("a" * 60, f"{'a' * 37}-11ee3912"),
    ],
)
def test_safe_names(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text())
def test_every_name_is_safe(text: str) -> None:
    assert re.fullmatch(r"[a-z]([a-z0-9-]{0,44}[a-z0-9])?", safe_name(text))
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,126}[a-z0-9]", pipeline_name(text))


def test_taken_names_get_a_number() -> None:
    names = Names()
    assert [names.take("a") for _ in range(3)] == ["a", "a-2", "a-3"]


def test_names_of_kubeflows_own_tasks_are_taken() -> None:
    names = Names()
    # Kubeflow puts a task `a-driver` before `a`.
    assert names.take("a") == "a"
    assert names.take("a-driver") == "a-driver-2"
    assert names.take("b-driver") == "b-driver"
    assert names.take("b") == "b-2"


def test_ids_that_become_one_name_and_those_of_our_steps() -> None:
    ids = ("my_node", "my-node", "MyNode", "begin", "end", "exit-handler-1", "x" * 70, "x" * 71)
    nodes = tuple(ir.Node(id, "Train", ir.FunctionExecutor("steps:train", "")) for id in ids)
    document = document_of(ir.Pipeline("Practice_2", nodes))
    assert document.spec["pipelineInfo"] == {"name": "practice-2"}
    tasks = tasks_of(document, "comp-exit-handler-1")
    told = {
        task["inputs"]["parameters"]["node"]["runtimeValue"]["constant"]: name
        for name, task in tasks.items()
        if name != "check"
    }
    assert [told[id] for id in ids[:6]] == [
        "my-node",
        "my-node-2",
        "my-node-3",
        "begin-2",
        "end-2",
        "exit-handler-1-2",
    ]
    assert told[ids[6]] != told[ids[7]]
