from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.artifacts.standard_artifacts import (
    Boolean,
    Bytes,
    Float,
    Integer,
    JsonValue,
    Model,
    String,
)
from pipeline_lib.artifacts.value_artifact import (
    ValueArtifact,
    value_artifact_class,
    value_artifact_type,
)
from tests.whole_message import raises

json_values = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner | st.none()) | st.dictionaries(st.text(), inner | st.none()),
    max_leaves=8,
)
values = st.one_of(
    st.tuples(st.just(Integer), st.integers()),
    st.tuples(st.just(Float), st.floats(allow_nan=False)),
    st.tuples(st.just(String), st.text()),
    st.tuples(st.just(Boolean), st.booleans()),
    st.tuples(st.just(Bytes), st.binary()),
    st.tuples(st.just(JsonValue), json_values),
)


@given(values)
def test_what_is_encoded_is_decoded(case: tuple[type[ValueArtifact], Any]) -> None:
    artifact, value = case[0](), case[1]
    assert artifact.decode(artifact.encode(value)) == value


@pytest.mark.parametrize(
    ("artifact", "value", "payload"),
    [
        (Integer(), 3, b"3"),
        (Integer(), True, b"1"),
        (Float(), 0.1, b"0.1"),
        (Float(), 2, b"2.0"),
        (Float(), math.inf, b"Infinity"),
        (Float(), -math.inf, b"-Infinity"),
        (Float(), math.nan, b"NaN"),
        (String(), "größer", "größer".encode()),
        (Boolean(), True, b"1"),
        (Boolean(), False, b"0"),
        (Bytes(), b"\x00\xff", b"\x00\xff"),
        (JsonValue(), {"a": [1, None]}, b'{"a": [1, null]}'),
    ],
)
def test_file_contents_are_tfx(artifact: ValueArtifact, value: Any, payload: bytes) -> None:
    assert artifact.encode(value) == payload


def test_nan_is_a_float() -> None:
    assert math.isnan(Float().decode(Float().encode(math.nan)))


def test_value_is_read_from_and_written_to_the_file_at_the_uri(tmp_path: Path) -> None:
    accuracy = Float(str(tmp_path / "value"))
    accuracy.value = 0.5
    assert (tmp_path / "value").read_bytes() == b"0.5"
    assert accuracy.value == accuracy.read() == 0.5
    accuracy.write(0.25)
    assert accuracy.value == 0.25


def test_none_is_told_from_an_empty_text(tmp_path: Path) -> None:
    text = String(str(tmp_path / "value"))
    text.value = None
    assert text.value is None
    assert text.custom_properties == {"__is_null__": 1}
    text.value = ""
    assert text.value == ""
    assert text.custom_properties == {"__is_null__": 0}


@pytest.mark.parametrize(
    ("artifact", "value"),
    [(Integer(), 1.5), (Float(), "1"), (String(), 1), (Boolean(), 1), (Bytes(), "x")],
)
def test_value_of_another_type_is_refused(artifact: ValueArtifact, value: Any) -> None:
    message = (
        f"Artifact type {artifact.TYPE_NAME!r} cannot hold {value!r} of type "
        f"{type(value).__name__}."
    )
    with raises(TypeError, message):
        artifact.encode(value)


@pytest.mark.parametrize(
    ("python_type", "expected"),
    [
        (int, Integer),
        (float, Float),
        (str, String),
        (bool, Boolean),
        (bytes, Bytes),
        (list, JsonValue),
        (list[int], JsonValue),
        (dict[str, Any], JsonValue),
        (set, None),
        (Model, None),
        ("float", None),
    ],
)
def test_each_plain_type_has_its_artifact_type(python_type: object, expected: object) -> None:
    assert value_artifact_type(python_type) is expected


def test_an_annotation_of_tfx_changes_nothing() -> None:
    assert String.annotate_as(Model) is String


def test_class_is_found_by_type_name() -> None:
    assert value_artifact_class("Float") is Float
    assert value_artifact_class("Model") is None
