"""Lists and dicts that hold future values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from pipeline_lib import RuntimeParameter
from pipeline_lib import placeholders as ph
from pipeline_lib.errors import AuthoringError
from tests.whole_message import raises

RATE = ph.exec_property("rate")
NAME = RuntimeParameter("name", str)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (ph.make_list([]), "[]"),
        (ph.make_list([1, "a", None, RATE]), "[1, 'a', None, exec_property('rate')]"),
        (ph.make_list([[RATE], (1, 2)]), "[[exec_property('rate')], [1, 2]]"),
        (ph.make_list([{"a": [RATE]}]), "[{'a': [exec_property('rate')]}]"),
        (ph.make_list([1]) + ph.make_list([RATE]), "[1, exec_property('rate')]"),
        (ph.make_list([1]) + [2], "[1, 2]"),  # noqa: RUF005 - the operator is what is tested
        ([2] + ph.make_list([1]), "[2, 1]"),  # noqa: RUF005
        (ph.make_list([1, RATE])[1], "[1, exec_property('rate')][1]"),
    ],
)
def test_list_of_future_values(placeholder: object, text: str) -> None:
    assert repr(placeholder) == text


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (ph.make_dict({}), "{}"),
        (ph.make_dict({"a": 1, "rate": RATE}), "{'a': 1, 'rate': exec_property('rate')}"),
        (ph.make_dict({"a": None, "b": [None]}), "{'b': [None]}"),
        (
            ph.make_dict([(RATE, "x"), ("b", NAME)]),
            "{exec_property('rate'): 'x', 'b': runtime_parameter('name')}",
        ),
        (ph.make_dict({"a": {"b": RATE}}).a["b"], "{'a': {'b': exec_property('rate')}}['a']['b']"),
    ],
)
def test_dict_of_future_values(placeholder: object, text: str) -> None:
    assert repr(placeholder) == text


def test_message_of_which_some_fields_are_future_values() -> None:
    known = descriptor_pb2.FileDescriptorProto(name="a.proto", dependency=["b.proto"])
    inner = ph.make_proto(descriptor_pb2.DescriptorProto(), name=RATE)
    option = descriptor_pb2.DescriptorProto(name="Inner")
    made = ph.make_proto(known, package=NAME, syntax=None, message_type=[inner, option])
    assert repr(made) == (
        "{'name': 'a.proto', 'dependency': ['b.proto'], 'package': runtime_parameter('name'), "
        "'message_type': [{'name': exec_property('rate')}, {'name': 'Inner'}]}"
    )
    assert made.value_type is dict


KNOWN = descriptor_pb2.DescriptorProto(name="a")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ph.make_proto(KNOWN, nam="b"),
            "make_proto(DescriptorProto(...)): DescriptorProto has no field 'nam'. These exist: "
            "'enum_type', 'extension', 'extension_range', 'field', 'name', 'nested_type', "
            "'oneof_decl', 'options', 'reserved_name', 'reserved_range'. Did you mean 'name'?",
        ),
        (
            lambda: ph.make_proto(KNOWN, name=RATE),
            "make_proto(DescriptorProto(...)): field 'name' is set in the message already. "
            "Give it once.",
        ),
        (
            lambda: ph.make_list([RATE, {1}]),
            "make_list(...) holds {1} of type set, which JSON cannot express.",
        ),
        (
            lambda: ph.make_list([ph.input("model")]),
            "make_list(...) holds input('model'), which is no value. "
            "Read its value, its uri or a property.",
        ),
        (
            lambda: ph.make_dict({1: RATE}),  # type: ignore[arg-type]
            "make_dict(...) has the key 1; keys must be text.",
        ),
        (
            lambda: ph.make_dict([(RATE == 1, 2)]),
            "make_dict(...) has the key (exec_property('rate') == 1); keys must be text.",
        ),
        (
            lambda: ph.make_list([1]) + "a",
            "A list of future values can only be joined with another list, got 'a' of type str.",
        ),
    ],
)
def test_what_cannot_be_part_is_refused(make: Callable[[], Any], message: str) -> None:
    with raises(AuthoringError, message):
        make()
