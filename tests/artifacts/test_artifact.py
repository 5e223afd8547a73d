from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline_lib import Artifact, Property, PropertyType
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.standard_artifacts import Examples, Model
from tests.whole_message import raises


class Report(Artifact):
    """An author's own type, with a property of every kind."""

    TYPE_NAME = "Report"
    PROPERTIES = {
        "pages": Property(PropertyType.INT),
        "score": Property(PropertyType.FLOAT),
        "title": Property(PropertyType.STRING),
        "tags": Property(PropertyType.JSON_VALUE),
        "final": Property(PropertyType.BOOLEAN),
    }
    pages: int
    score: float
    title: str
    tags: Any
    final: bool


def test_unset_properties_read_as_empty() -> None:
    report = Report()
    assert (report.pages, report.score, report.title, report.tags) == (0, 0.0, "", None)
    assert report.final is False
    assert report.properties == {}


def test_properties_are_attributes_and_constructor_arguments() -> None:
    report = Report("there", pages=3, tags=["a", {"b": 1}])
    report.score = 1
    assert report.uri == "there"
    assert report.properties == {"pages": 3, "tags": ["a", {"b": 1}], "score": 1}


def test_properties_of_two_artifacts_are_apart() -> None:
    one, other = Report(pages=1), Report(pages=2)
    assert (one.pages, other.pages) == (1, 2)


def test_undeclared_property_is_refused() -> None:
    with raises(TypeError, "Artifact type 'Report' declares no property 'page'."):
        Report(page=3)


@pytest.mark.parametrize(
    ("name", "value", "held", "given"),
    [
        ("pages", "3", "INT", "'3' of type str"),
        ("pages", 1.5, "INT", "1.5 of type float"),
        ("pages", True, "INT", "True of type bool"),
        ("score", "high", "FLOAT", "'high' of type str"),
        ("title", 3, "STRING", "3 of type int"),
        ("tags", {1}, "JSON_VALUE", "{1} of type set"),
        ("final", 1, "BOOLEAN", "1 of type int"),
    ],
)
def test_property_of_the_wrong_type_is_refused(
    name: str, value: object, held: str, given: str
) -> None:
    message = f"Property {name!r} of artifact type 'Report' holds {held}, got {given}."
    with raises(TypeError, message):
        setattr(Report(), name, value)


def test_property_declared_with_a_python_type_is_refused() -> None:
    with raises(TypeError, "Property(type=...) takes a PropertyType, got <class 'int'>."):
        Property(int)  # type: ignore[arg-type]


def test_custom_properties_of_every_kind() -> None:
    model = Model()
    model.set_string_custom_property("author", "me")
    model.set_int_custom_property("blessed", 1)
    model.set_float_custom_property("accuracy", 0.5)
    model.set_bool_custom_property("pushed", True)
    model.set_json_value_custom_property("slices", [{"island": "Dream"}])
    assert model.get_string_custom_property("author") == "me"
    assert model.get_int_custom_property("blessed") == 1
    assert model.get_float_custom_property("accuracy") == 0.5
    assert model.get_bool_custom_property("pushed") is True
    assert model.get_json_value_custom_property("slices") == [{"island": "Dream"}]
    assert model.get_custom_property("author") == "me"
    assert model.has_custom_property("author")


def test_absent_custom_properties_read_as_empty() -> None:
    model = Model()
    assert model.get_string_custom_property("x") == ""
    assert model.get_int_custom_property("x") == 0
    assert model.get_float_custom_property("x") == 0.0
    assert model.get_bool_custom_property("x") is False
    assert model.get_json_value_custom_property("x") is None
    assert model.get_custom_property("x", 7) == 7
    assert not model.has_custom_property("x")


def test_custom_numbers_may_be_numpys() -> None:
    model = Model()
    model.set_int_custom_property("count", np.int64(3))  # type: ignore[arg-type]
    model.set_float_custom_property("mean", np.float32(0.5))  # type: ignore[arg-type]
    model.set_int_custom_property("blessed", True)
    assert model.custom_properties == {"count": 3, "mean": 0.5, "blessed": 1}
    assert [type(value) for value in model.custom_properties.values()] == [int, float, int]


@pytest.mark.parametrize(
    ("set_property", "value"),
    [
        (Artifact.set_string_custom_property, 3),
        (Artifact.set_int_custom_property, 1.9),
        (Artifact.set_int_custom_property, "1"),
        (Artifact.set_float_custom_property, "0.5"),
        (Artifact.set_bool_custom_property, 1),
        (Artifact.set_json_value_custom_property, {1}),
    ],
)
def test_custom_property_of_the_wrong_type_is_refused(
    set_property: Callable[[Artifact, str, Any], None], value: object
) -> None:
    model = Model()
    message = f"Custom property 'x' of 'Model' got {value!r} of type {type(value).__name__}."
    with raises(TypeError, message):
        set_property(model, "x", value)
    assert model.custom_properties == {}


def test_record_holds_what_the_artifact_held_and_gives_it_back() -> None:
    examples = Examples("there", span=3)
    examples.set_string_custom_property("author", "me")
    examples.name, examples.id = "penguins", 7
    record = examples.to_record()
    assert record == ArtifactRecord(
        "Examples", "there", {"span": 3}, {"author": "me"}, name="penguins", id=7
    )
    again = Examples.from_record(record)
    assert isinstance(again, Examples)
    assert again.to_record() == record


def test_record_does_not_change_with_the_artifact() -> None:
    examples = Examples(span=3)
    record = examples.to_record()
    examples.span = 4
    assert record.properties == {"span": 3}


def test_representation_tells_type_uri_and_properties() -> None:
    assert repr(Examples("there", span=3)) == (
        "Examples(uri='there', id=0, properties={'span': 3}, custom_properties={})"
    )


def test_type_name_is_the_stores() -> None:
    assert Report().type_name == "Report"
