from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_lib import compile
from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir import pipeline_pb2, serde
from pipeline_lib.ir.executors import FunctionExecutor
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.ir.node import Node, Parameter, ParameterType
from pipeline_lib.ir.pipeline import Pipeline
from tests.compiler.pipelines import custom_components
from tests.fresh_process import REPOSITORY, run_python
from tests.ir.generated import VALUES, pipelines
from tests.whole_message import raises

moderately = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@moderately
@given(pipelines())
def test_every_form_gives_the_pipeline_back(pipeline: Pipeline) -> None:
    assert serde.loads(serde.dumps(pipeline)) == pipeline
    assert serde.from_text(serde.to_text(pipeline)) == pipeline
    assert serde.from_json(serde.to_json(pipeline)) == pipeline


@moderately
@given(pipelines())
def test_bytes_are_the_same_after_each_form(pipeline: Pipeline) -> None:
    payload = serde.dumps(pipeline)
    assert serde.dumps(serde.loads(payload)) == payload
    assert serde.dumps(serde.from_text(serde.to_text(pipeline))) == payload
    assert serde.dumps(serde.from_json(serde.to_json(pipeline))) == payload


def with_value(value: Any) -> Pipeline:
    """A pipeline with one parameter of that value."""
    node = Node(
        id="node",
        type_name="Node",
        executor=FunctionExecutor("module:function", "digest"),
        parameters={"value": Parameter(ParameterType.JSON, Literal(value))},
    )
    return Pipeline("pipeline", (node,))


@settings(moderately, max_examples=150)
@given(VALUES)
def test_values_keep_their_types(value: Any) -> None:
    loaded = serde.loads(serde.dumps(with_value(value))).nodes[0].parameters["value"].value
    assert repr(loaded) == repr(Literal(value))


FORMS = pytest.mark.parametrize(
    ("dump", "load"),
    [
        (serde.dumps, serde.loads),
        (serde.to_text, serde.from_text),
        (serde.to_json, serde.from_json),
    ],
    ids=["bytes", "text", "json"],
)


@FORMS
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7e308])
def test_floats_at_the_edge_survive(dump: Any, load: Any, value: float) -> None:
    loaded = load(dump(with_value(value))).nodes[0].parameters["value"].value.value
    assert repr(loaded) == repr(value)


@FORMS
@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**53 + 1, "\0", "größer 🐧", b"\xff\0"])
def test_values_at_the_edge_survive(dump: Any, load: Any, value: object) -> None:
    assert load(dump(with_value(value))) == with_value(value)


@FORMS
def test_deepest_value_survives(dump: Any, load: Any) -> None:
    value: Any = 1
    for level in range(32):
        value = [value] if level % 2 else {"a": value}
    assert load(dump(with_value(value))) == with_value(value)


def test_text_is_for_people() -> None:
    assert 'string_value: "größer"' in serde.to_text(with_value("größer"))


def test_json_names_fields_as_the_schema_does() -> None:
    node = json.loads(serde.to_json(with_value(1)))["nodes"][0]
    assert node["type_name"] == "Node"
    assert node["parameters"]["value"] == {
        "type": "PARAMETER_TYPE_JSON",
        "value": {"literal": {"int_value": "1"}},
    }


DUMP = """
import sys
from pipeline_lib import compile
from pipeline_lib.ir import serde
from tests.compiler import pipelines
for make in (pipelines.conditional_chain, pipelines.custom_components, pipelines.container):
    print(serde.dumps(compile(make())).hex())
"""


def test_bytes_are_the_same_in_every_process(tmp_path: Path) -> None:
    first = run_python(DUMP, cwd=tmp_path, hash_seed=1)
    assert run_python(DUMP, cwd=REPOSITORY, hash_seed=2) == first


LOAD = """
import os, sys
# An editable install puts the whole repository on the path, the author's code with it.
sys.path = [one for one in sys.path if not os.path.isdir(os.path.join(one, "tests", "dsl"))]
from pipeline_lib.ir import serde
for line in sys.argv[1].split():
    pipeline = serde.loads(bytes.fromhex(line))
    assert serde.dumps(pipeline).hex() == line
    print(pipeline.name)
assert not [name for name in sys.modules if name.startswith(("tests", "components"))]
try:
    import tests.dsl.steps
except ModuleNotFoundError:
    print("without the author's code")
"""


def test_pipeline_loads_without_the_authors_code(tmp_path: Path) -> None:
    (tmp_path / "pipeline_lib").symlink_to(REPOSITORY / "pipeline_lib")
    dumped = run_python(DUMP, cwd=tmp_path)
    assert run_python(LOAD, dumped, cwd=tmp_path, path=tmp_path).splitlines() == [
        "conditional-chain",
        "custom-components",
        "container",
        "without the author's code",
    ]


WHOLE = serde.dumps(compile(custom_components()))


@settings(moderately, max_examples=300)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=8), st.integers(0, len(WHOLE)))
def test_damaged_bytes_are_a_pipeline_or_refused(start: int, put: bytes, end: int) -> None:
    try:
        loaded = serde.loads(WHOLE[:start] + put + WHOLE[end:])
    except InvalidPipelineError:
        return
    assert serde.loads(serde.dumps(loaded)) == loaded


@settings(moderately, max_examples=150)
@given(st.text(max_size=40))
def test_text_that_is_no_pipeline_is_refused(text: str) -> None:
    for load in (serde.from_text, serde.from_json):
        with pytest.raises(InvalidPipelineError):
            load(text)


@pytest.mark.parametrize(
    ("load", "given", "message"),
    [
        (serde.loads, b"\xff", "These bytes are no compiled pipeline: Error parsing message"),
        (
            serde.from_text,
            "nam: 1",
            "This text is no compiled pipeline: 1:1 : Message type "
            '"pipeline_lib.ir.Pipeline" has no field named "nam".',
        ),
        (
            serde.from_json,
            "{",
            "This JSON is no compiled pipeline: Failed to load JSON: Expecting property name "
            "enclosed in double quotes: line 1 column 2 (char 1).",
        ),
    ],
)
def test_what_is_no_pipeline_is_named_as_what_it_was_given(
    load: Callable[[Any], Pipeline], given: Any, message: str
) -> None:
    with pytest.raises(InvalidPipelineError) as caught:
        load(given)
    assert str(caught.value).startswith(message)


NODE = (
    'name: "p" nodes { id: "n" type_name: "T" executor { function_executor { path: "a:b" } } %s }'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'name: "p" schema_version: 2',
            "Pipeline 'p' has schema version 2; this release reads up to 1. Install a newer one.",
        ),
        (
            NODE % "condition { }",
            "The pipeline holds an Expression of a kind that this release does not know. "
            "Install a newer one.",
        ),
        (
            NODE % 'parameters { key: "x" value { value { literal { } } } }',
            "The pipeline holds the ParameterType number 0, which this release does not know. "
            "Install a newer one.",
        ),
        (
            NODE % "condition { operation { operator: 99 } }",
            "The pipeline holds the Operator number 99, which this release does not know. "
            "Install a newer one.",
        ),
        (
            'name: "p" nodes { id: "n" type_name: "T" }',
            "The pipeline holds the message Node without its field 'executor'.",
        ),
        (
            NODE % 'inputs { key: "x" value { } }',
            "The pipeline holds the message Input without its field 'type'.",
        ),
        (
            NODE % "condition { index { } }",
            "The pipeline holds the message Index without its field 'of'.",
        ),
    ],
)
def test_pipeline_of_a_later_release_is_refused(text: str, message: str) -> None:
    with raises(InvalidPipelineError, message):
        serde.from_text(text)


def test_field_of_a_later_release_in_bytes_is_refused_by_its_union() -> None:
    message = pipeline_pb2.Pipeline(name="p")
    node = message.nodes.add(id="n", type_name="T")
    node.executor.MergeFromString(b"\xfa\x01\x00")  # field 31, which no Executor has yet
    expected = (
        "The pipeline holds an Executor of a kind that this release does not know. "
        "Install a newer one."
    )
    with raises(InvalidPipelineError, expected):
        serde.loads(message.SerializeToString())
