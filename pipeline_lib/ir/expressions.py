"""The expression tree: values that are known only when a node is about to run.

One tree serves parameters, conditions and container command lines. A leaf reads something
(a literal, a runtime parameter, a node's inputs); `Operation` combines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir.frozen import FrozenMapping

MAX_NESTING = 32
"""Levels of lists and dicts in a literal; protobuf reads no more than 100 nested messages."""


class Operator(Enum):
    """What an `Operation` does with its operands."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    AND = "and"
    OR = "or"
    NOT = "not"
    CONCAT = "concat"
    JOIN = "join"
    """Text between the elements of a list: the separator, the list, and at will a quote to be put
    around those elements that are text."""
    JOIN_PATH = "join_path"
    DIRNAME = "dirname"
    BASE64 = "b64encode"
    """Text or bytes, and at will whether the alphabet is the URL-safe one, as it is by default."""
    JSON = "json"


class RunField(Enum):
    """What a node can read about the run that it is part of."""

    PIPELINE_NAME = "pipeline_name"
    RUN_ID = "pipeline_run_id"
    PIPELINE_ROOT = "pipeline_root"
    NODE_ID = "node_id"
    WORKING_DIRECTORY = "stateful_working_dir"
    """A directory of the node in this run, the same for each attempt."""
    FINAL_STATUS = "final_status"
    """How the run ended, as JSON; only an exit handler can read it."""


@dataclass(frozen=True)
class Literal:
    """A value that is known when the pipeline is compiled: a scalar, `bytes`, a list or a dict.

    Lists and dicts are held as tuples and `FrozenMapping`s; evaluating gives plain ones again.

    Raises:
        InvalidPipelineError: the value, or one inside it, is of another type, an integer beyond 64
            bits, or text that is no Unicode.
    """

    value: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _frozen(self.value, 0))


LOOP_VALUE = ".item"
"""Behind a loop's id: name under which its inner nodes read the value that it has come to."""


@dataclass(frozen=True)
class RuntimeParameterValue:
    """The value that the run was given for a runtime parameter, or its default.

    The value that a loop has come to is read in the same way.
    """

    name: str


@dataclass(frozen=True)
class SourceFile:
    """Path of a file of a source bundle, at the place where it was staged."""

    digest: str
    file: str


@dataclass(frozen=True)
class RunInformation:
    """What is known of the run."""

    field: RunField


@dataclass(frozen=True)
class EnvironmentVariable:
    """An environment variable of the process that starts the node."""

    name: str


@dataclass(frozen=True)
class InputArtifacts:
    """The list of artifacts that arrived at an input of the node."""

    key: str


@dataclass(frozen=True)
class OutputArtifacts:
    """The list of artifacts that the node will write at an output."""

    key: str


@dataclass(frozen=True)
class ExecutionParameterValue:
    """The value of one of the node's own parameters."""

    name: str


@dataclass(frozen=True)
class Index:
    """One element of a list."""

    of: Expression
    position: int


@dataclass(frozen=True)
class Member:
    """One entry of a dict, or one field of a message."""

    of: Expression
    key: str


@dataclass(frozen=True)
class ArtifactProperty:
    """A property of an artifact: a declared one, or with `custom` a free one."""

    of: Expression
    name: str
    custom: bool = False


@dataclass(frozen=True)
class ArtifactValue:
    """The value in the file of a value artifact."""

    of: Expression


@dataclass(frozen=True)
class ArtifactUri:
    """The URI of an artifact."""

    of: Expression


@dataclass(frozen=True)
class SplitUri:
    """The URI of one split of an artifact that has splits."""

    of: Expression
    split: str


@dataclass(frozen=True)
class MakeList:
    """A list of values."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class MakeDict:
    """A dict; the keys are as many as the values, and text."""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True)
class Operation:
    """An operator applied to operands."""

    operator: Operator
    operands: tuple[Expression, ...]


Expression = (
    Literal
    | RuntimeParameterValue
    | SourceFile
    | RunInformation
    | EnvironmentVariable
    | InputArtifacts
    | OutputArtifacts
    | ExecutionParameterValue
    | Index
    | Member
    | ArtifactProperty
    | ArtifactValue
    | ArtifactUri
    | SplitUri
    | MakeList
    | MakeDict
    | Operation
)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and every expression inside it."""
    yield expression
    for part in fields(expression):
        value = getattr(expression, part.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Expression):
                yield from walk(inner)


def hidden_input_key(node_id: str, output_key: str) -> str:
    """Key of the input that brings another node's output to a condition.

    It has a dot, which the keys that authors give have not.
    """
    return f"_{node_id}.{output_key}"


def _frozen(value: Any, depth: int) -> Any:
    """`value` in types of Python's own that cannot be changed."""
    match value:
        case None | bool() | bytes():
            return value
        case int() if -(2**63) <= value < 2**63:
            return int(value)
        case float():
            return float(value)
        case str() if _is_unicode(value):
            return str.__str__(value)
        case list() | tuple() if depth < MAX_NESTING:
            return tuple(_frozen(item, depth + 1) for item in value)
        case Mapping() if depth < MAX_NESTING and all(map(_is_unicode, value)):
            return FrozenMapping({key: _frozen(item, depth + 1) for key, item in value.items()})
    raise InvalidPipelineError(
        f"{value!r} of type {type(value).__name__} cannot be part of a pipeline: use None, "
        "booleans, integers of 64 bits, floats, Unicode text, bytes, and lists and dicts of these "
        f"with text as keys, nested at most {MAX_NESTING} deep."
    )


def _is_unicode(text: object) -> bool:
    try:
        return isinstance(text, str) and text.encode() is not None
    except UnicodeEncodeError:
        return False
