"""What artifacts tell while a pipeline is written, and what they refuse to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline_lib import Artifact, Importer, Property, PropertyType, ValueArtifact
from pipeline_lib import placeholders as ph
from pipeline_lib.artifacts.standard_artifacts import Examples, JsonValue, Model
from pipeline_lib.dsl.placeholder import ValuePlaceholder
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises


class EveryProperty(Artifact):
    """Declares a property of every type."""

    TYPE_NAME = "EveryProperty"
    PROPERTIES = {
        "i": Property(PropertyType.INT),
        "f": Property(PropertyType.FLOAT),
        "s": Property(PropertyType.STRING),
        "j": Property(PropertyType.JSON_VALUE),
    }


class OwnValue(ValueArtifact):
    """A value artifact of an author: what evaluates expressions does not have its class."""

    TYPE_NAME = "OwnValue"


def future(artifact: type[Artifact]) -> Any:
    """The future of a channel of that type."""
    channel: Any = Importer("here", artifact).outputs["result"]
    return channel.future()


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (future(Model)[0].uri, "Importer.outputs['result'][0].uri"),
        (future(Model)[-1].uri, "Importer.outputs['result'][-1].uri"),
        (future(Model).uri, "Importer.outputs['result'][0].uri"),
        (future(JsonValue)[0].value, "Importer.outputs['result'][0].value"),
        (future(JsonValue).value.a, "Importer.outputs['result'][0].value['a']"),
        (
            future(Examples)[0].split_uri("train"),
            "Importer.outputs['result'][0].split_uri('train')",
        ),
        (future(Examples).split_uri("train"), "Importer.outputs['result'][0].split_uri('train')"),
        (future(Examples).property("span"), "Importer.outputs['result'][0].property('span')"),
        (
            future(Model).custom_property("a"),
            "Importer.outputs['result'][0].custom_property('a')",
        ),
        (ph.input("model").uri, "input('model')[0].uri"),
        (ph.input("model")[1].uri, "input('model')[1].uri"),
        (ph.input("rate").value, "input('rate')[0].value"),
        (ph.input("x")[0].property("span"), "input('x')[0].property('span')"),
        (ph.input("x").split_uri("train"), "input('x')[0].split_uri('train')"),
        (ph.output("model").uri, "output('model')[0].uri"),
        (ph.output("x")[0].split_uri("train"), "output('x')[0].split_uri('train')"),
    ],
)
def test_what_an_artifact_tells_can_be_read(placeholder: ValuePlaceholder, text: str) -> None:
    assert repr(placeholder) == text


@pytest.mark.parametrize(
    ("name", "value_type"), [("i", int), ("f", float), ("s", str), ("j", None)]
)
def test_type_of_a_declared_property_is_known(name: str, value_type: type | None) -> None:
    assert future(EveryProperty).property(name).value_type is value_type


RESULT = "Importer.outputs['result'].future()[...]"


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (
            lambda: future(Model)[0].value,
            f"{RESULT}.value: artifacts of type 'Model' hold no value that a placeholder can read. "
            "Read a property, or let a component return the value.",
        ),
        (
            lambda: future(OwnValue).value,
            f"{RESULT}.value: artifacts of type 'OwnValue' hold no value that a placeholder can "
            "read. Read a property, or let a component return the value.",
        ),
        (
            lambda: future(Examples)[0].property("spam"),
            f"{RESULT}.property('spam'): artifact type 'Examples' declares no property 'spam'. "
            "These exist: 'span', 'split_names', 'version'. Did you mean 'span'?",
        ),
        (
            lambda: future(Model)[0].split_uri("train"),
            f"{RESULT}.split_uri('train'): artifacts of type 'Model' have no splits. Read the uri.",
        ),
        (
            lambda: ph.output("rate")[0].value,
            "output('rate')[...].value: the value is not there before the node has written it. "
            "Read the uri, to write there.",
        ),
        (
            lambda: ph.output("rate").value,
            "output('rate')[...].value: the value is not there before the node has written it. "
            "Read the uri, to write there.",
        ),
        (
            lambda: ph.input("model")["uri"],  # type: ignore[index]
            "input('model')[...] takes a position, got 'uri' of type str.",
        ),
        (
            lambda: future(Model)[True],
            "Importer.outputs['result'].future()[...] takes a position, got True of type bool.",
        ),
    ],
)
def test_what_an_artifact_does_not_tell_is_refused(
    read: Callable[[], object], message: str
) -> None:
    with raises(AuthoringError, message):
        read()
