"""Future values: what can be made of them, and what is refused while a pipeline is written."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pipeline_lib import Importer, RuntimeParameter
from pipeline_lib import placeholders as ph
from pipeline_lib.artifacts.standard_artifacts import Examples, String
from pipeline_lib.dsl.placeholder import LoopValue, Predicate, ValuePlaceholder
from pipeline_lib.dsl.placeholder_base import UnknownFieldError
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import Expression, InputArtifacts, RuntimeParameterValue
from tests.dsl import steps
from tests.whole_message import raises

TRAIN: Any = steps.Train()
MODEL = TRAIN.outputs["model"].future()[0]
VALUES: Any = steps.ReturnsEveryType().with_id("Values")
NUMBER = VALUES.outputs["i"].future()[0].value
TEXT = VALUES.outputs["s"].future()[0].value
FLAG = VALUES.outputs["b"].future()[0].value
CONFIG = ph.exec_property("config")
STEPS = RuntimeParameter("steps", int)
NAME = RuntimeParameter("name", str)


@pytest.mark.parametrize(
    ("placeholder", "text"),
    [
        (CONFIG["layers"][0].units, "exec_property('config')['layers'][0]['units']"),
        (CONFIG.layers[-1]["units"], "exec_property('config')['layers'][-1]['units']"),
        (NUMBER == STEPS, "(Values.outputs['i'][0].value == runtime_parameter('steps'))"),
        (STEPS == NUMBER, "(Values.outputs['i'][0].value == runtime_parameter('steps'))"),
        (TEXT + "/a", "concat(Values.outputs['s'][0].value, '/a')"),
        ("a/" + TEXT, "concat('a/', Values.outputs['s'][0].value)"),
        ("a" + TEXT + "b" + "c", "concat('a', Values.outputs['s'][0].value, 'b', 'c')"),
        (CONFIG + CONFIG, "concat(exec_property('config'), exec_property('config'))"),
        (
            NUMBER + TEXT,
            "concat(Values.outputs['i'][0].value, Values.outputs['s'][0].value)",
        ),
        (CONFIG + NAME, "concat(exec_property('config'), runtime_parameter('name'))"),
        (CONFIG.b64encode(), "b64encode(exec_property('config'))"),
        (CONFIG.b64encode(url_safe=False), "b64encode(exec_property('config'), False)"),
        (
            CONFIG.serialize(ph.ProtoSerializationFormat.JSON),
            "json(exec_property('config'))",
        ),
        (
            CONFIG.serialize_list(ph.ListSerializationFormat.JSON),
            "json(exec_property('config'))",
        ),
        (
            CONFIG.serialize_list(ph.ListSerializationFormat.COMMA_SEPARATED_STR),
            "join(',', exec_property('config'), '\"')",
        ),
        (
            ph.logical_and(CONFIG.a > 1, CONFIG.b),
            "((exec_property('config')['a'] > 1) and exec_property('config')['b'])",
        ),
        (
            ph.logical_or(CONFIG.a > 1, RuntimeParameter("force", bool)),
            "((exec_property('config')['a'] > 1) or runtime_parameter('force'))",
        ),
        (ph.logical_not(FLAG), "not Values.outputs['b'][0].value"),
        (
            (CONFIG == 1) & (CONFIG == 2) & (CONFIG == 3),
            "((exec_property('config') == 1) and (exec_property('config') == 2) and "
            "(exec_property('config') == 3))",
        ),
        (~~(CONFIG == 1), "not not (exec_property('config') == 1)"),
        (
            (CONFIG == 1) & ~(CONFIG == 2) | (CONFIG == 3),
            "(((exec_property('config') == 1) and not (exec_property('config') == 2)) "
            "or (exec_property('config') == 3))",
        ),
        (
            (CONFIG == 1) == (CONFIG == 2),
            "((exec_property('config') == 1) == (exec_property('config') == 2))",
        ),
    ],
)
def test_what_is_written_is_what_is_read(placeholder: ValuePlaceholder, text: str) -> None:
    assert repr(placeholder) == text


@pytest.mark.parametrize(
    ("placeholder", "value_type"),
    [
        (NUMBER, int),
        (VALUES.outputs["f"].future()[0].value, float),
        (TEXT, str),
        (FLAG, bool),
        (VALUES.outputs["ls"].future()[0].value, list),
        (MODEL.uri, str),
        (MODEL.custom_property("a"), None),
        (CONFIG.a, None),
        (TEXT + "a", str),
        (CONFIG.b64encode(), str),
        (NUMBER > 1, bool),
        (~(NUMBER > 1), bool),
        (CONFIG.serialize_list(ph.ListSerializationFormat.COMMA_SEPARATED_STR), str),
    ],
)
def test_type_of_the_value_is_known_where_it_can_be(
    placeholder: ValuePlaceholder, value_type: type | None
) -> None:
    assert placeholder.value_type is value_type


def test_what_is_read_of_other_nodes_is_told() -> None:
    both = (NUMBER > 1) & (ph.join([TEXT, MODEL.uri], "/") == "x")
    assert both.channels == (
        VALUES.outputs["i"],
        VALUES.outputs["s"],
        TRAIN.outputs["model"],
    )


class Loop:
    """Stands for a loop of which only the name matters."""

    def __repr__(self) -> str:
        return "loop.item"


class Keys:
    """Names what is read by the order in which it is asked for."""

    def __init__(self) -> None:
        self.read: list[object] = []

    def input_key(self, channel: object) -> str:
        self.read.append(channel)
        return f"in{len(self.read)}"

    def runtime_parameter(self, parameter: RuntimeParameter) -> Expression:
        self.read.append(parameter)
        return RuntimeParameterValue(parameter.name)

    def loop_value(self, loop: object) -> Expression:
        self.read.append(loop)
        return InputArtifacts("loop")


def test_reader_tells_how_everything_is_read() -> None:
    loop: Any = Loop()
    keys = Keys()
    placeholder = ph.make_list([LoopValue(loop)["rate"], STEPS, NUMBER])
    assert describe(placeholder.to_expression(keys)) == (
        "[input('loop')['rate'], runtime_parameter('steps'), input('in3')[0].value]"
    )
    assert keys.read == [loop, STEPS, VALUES.outputs["i"]]
    assert placeholder.loops == (loop,)
    assert repr(placeholder) == (
        "[loop.item['rate'], runtime_parameter('steps'), Values.outputs['i'][0].value]"
    )


def test_copy_reads_the_same_nodes() -> None:
    given = {"steps": [NUMBER]}
    assert copy.deepcopy(given)["steps"][0] is NUMBER


def test_placeholders_can_be_kept_in_sets_and_asked_for_attributes() -> None:
    assert len({NUMBER, TEXT, NUMBER}) == 2
    assert not hasattr(NUMBER, "units")
    assert hasattr(CONFIG, "units")
    assert not hasattr(CONFIG, "_units")


@pytest.mark.parametrize(
    "decide",
    [
        lambda one: bool(one),
        lambda one: not one,
        lambda one: one and TEXT,
    ],
)
@pytest.mark.parametrize("placeholder", [NUMBER, NUMBER > 1, TRAIN.outputs["model"].future()])
def test_future_value_cannot_decide_what_is_written(
    decide: Callable[[Any], bool], placeholder: Any
) -> None:
    message = (
        f"{placeholder!r} has no value while the pipeline is written. Use it in Cond(...), not in "
        "'if', and combine conditions with &, | and ~, not with 'and', 'or' and 'not'."
    )
    with raises(AuthoringError, message):
        decide(placeholder)


def test_chained_comparison_is_refused() -> None:
    message = (
        "(Values.outputs['i'][0].value > 1) has no value while the pipeline is written. "
        "Use it in Cond(...), not in 'if', and combine conditions with &, | and ~, "
        "not with 'and', 'or' and 'not'."
    )
    with raises(AuthoringError, message):
        _ = 1 < NUMBER < 5


def test_iterating_is_refused() -> None:
    message = (
        "exec_property('config') has no elements while the pipeline is written. "
        "Name one with [0], or loop over all with ForEach(...)."
    )
    with raises(AuthoringError, message):
        list(CONFIG)


@pytest.mark.parametrize("write", ["{}".format, "%s".__mod__, str])
def test_formatting_is_refused(write: Callable[[object], str]) -> None:
    message = (
        "exec_property('config') has no text while the pipeline is written. "
        "Join it with + or join([...]), not in an f-string or with str(...)."
    )
    with raises(AuthoringError, message):
        write(CONFIG)
    message = (
        "Train.outputs['model'] has no text while the pipeline is written. Read the value or the "
        "uri, Train.outputs['model'].future()[0].uri, and join it with + or join([...])."
    )
    with raises(AuthoringError, message):
        write(TRAIN.outputs["model"])
    message = (
        "Runtime parameter 'a' has no text while the pipeline is written. Join it with "
        "placeholders.join([...]), not in an f-string or with str(...)."
    )
    with raises(AuthoringError, message):
        write(RuntimeParameter("a", str))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (TEXT, 1, "str with int"),
        (NUMBER, "1", "int with str"),
        (NUMBER, TEXT, "int with str"),
        (VALUES.outputs["ls"].future()[0].value, {"a": 1}, "list with dict"),
    ],
)
def test_comparing_what_is_never_alike_is_refused(one: Any, other: Any, words: str) -> None:
    message = (
        f"{one!r} == {other!r} compares {words}, which never are alike. Compare values of one type."
    )
    with raises(AuthoringError, message):
        one == other  # noqa: B015


def test_numbers_and_nothing_compare_with_each_other() -> None:
    for other in (1.5, True, None, FLAG):
        assert isinstance(other == NUMBER, Predicate)


@pytest.mark.parametrize("make", [ph.input, ph.output, ph.exec_property, ph.environment_variable])
@pytest.mark.parametrize("key", [3, None, ""])
def test_what_is_read_has_a_name(make: Any, key: object) -> None:
    with raises(AuthoringError, f"{make.__name__}(...) takes a name, got {key!r}."):
        make(key)


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (TRAIN, "<BaseNode 'Train'> of type BaseNode"),
        (TRAIN.outputs["model"], "Train.outputs['model'] of type OutputChannel"),
        (MODEL, "Train.outputs['model'][0] of type ArtifactPlaceholder"),
        (2**63, "9223372036854775808 of type int"),
        (String, f"{String!r} of type type"),
    ],
)
def test_comparison_with_what_is_no_value_is_refused(other: Any, text: str) -> None:
    message = (
        f"A future value cannot be compared with {text}: "
        "compare it with a plain value or with another future value."
    )
    with raises(AuthoringError, message):
        _ = other < NUMBER


def test_what_the_author_does_to_a_list_afterwards_changes_nothing() -> None:
    given = [1]
    predicate = given == CONFIG
    made = ph.make_list([given, CONFIG])
    given.append(2)
    assert repr(predicate) == "(exec_property('config') == [1])"
    assert repr(made) == "[[1], exec_property('config')]"


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (
            lambda: NUMBER + 1,
            "Text cannot be joined with 1 of type int: join text and future values.",
        ),
        (
            lambda: TRAIN.outputs["model"] + TEXT,
            "Text cannot be joined with Train.outputs['model'] of type OutputChannel: "
            "join text and future values.",
        ),
        (
            lambda: "a" + (NUMBER > 1),
            "Text cannot be joined with (Values.outputs['i'][0].value > 1), which is "
            "bool: make it a text in the component that writes it.",
        ),
        (
            lambda: TEXT + ph.make_list([1]),
            "A list of future values can only be joined with another list, got "
            "Values.outputs['s'][0].value of type ValuePlaceholder.",
        ),
        (
            lambda: TEXT + ph.make_dict({"a": 1}),
            "Text cannot be joined with {'a': 1}, which is dict: "
            "write it as text with .serialize(...).",
        ),
        (
            lambda: TEXT + RuntimeParameter("tags", list),
            f"Text cannot be joined with {RuntimeParameter('tags', list)!r}, which is list: "
            "write it as text with .serialize_list(...).",
        ),
        (
            lambda: NUMBER[0],
            "Values.outputs['i'][0].value[0]: Values.outputs['i'][0].value is "
            "int and has no elements.",
        ),
        (
            lambda: CONFIG[1.5],  # type: ignore[index]
            "exec_property('config')[...] takes a position or a key, got 1.5 of type float.",
        ),
        (
            lambda: CONFIG[True],
            "exec_property('config')[...] takes a position or a key, got True of type bool.",
        ),
        (
            lambda: CONFIG.serialize(ph.ProtoSerializationFormat.BINARY),
            "exec_property('config').serialize(...) cannot give "
            "<ProtoSerializationFormat.BINARY: 'BINARY'>: messages travel as dicts, without the "
            "class that the other formats need. Use ProtoSerializationFormat.JSON.",
        ),
        (
            lambda: TEXT.serialize_list(ph.ListSerializationFormat.JSON),
            "Values.outputs['s'][0].value.serialize_list(...): "
            "Values.outputs['s'][0].value is str, not a list.",
        ),
        (
            lambda: CONFIG.serialize_list("JSON"),  # type: ignore[arg-type]
            "exec_property('config').serialize_list(...) takes a ListSerializationFormat, "
            "got 'JSON'.",
        ),
        (
            lambda: ph.logical_and(NUMBER > 1, NUMBER),
            "logical_and takes conditions, not Values.outputs['i'][0].value, which is "
            "int: compare a future value, for example with ==.",
        ),
        (
            lambda: ph.logical_not(MODEL),
            "logical_not takes conditions, not Train.outputs['model'][0] of type "
            "ArtifactPlaceholder: compare a future value, for example with ==.",
        ),
    ],
)
def test_what_cannot_be_is_refused(write: Callable[[], object], message: str) -> None:
    with raises(AuthoringError, message):
        write()


@pytest.mark.parametrize(
    "read", [lambda: NUMBER.units, lambda: NUMBER["units"]], ids=["attribute", "key"]
)
def test_field_of_what_has_none_is_refused(read: Callable[[], object]) -> None:
    message = "Values.outputs['i'][0].value is int and has no field 'units'."
    with raises(UnknownFieldError, message):
        read()


def test_imported_examples_tell_their_span() -> None:
    examples: Any = Importer("here", Examples).outputs["result"]
    assert examples.future()[0].property("span").value_type is int
