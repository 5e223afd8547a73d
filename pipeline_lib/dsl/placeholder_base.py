"""What every value that exists only during the run has in common while a pipeline is written.

Nothing is evaluated here: a placeholder knows how to become an IR expression once the compiler
tells it, as a `Reader`, how what it reads reaches the node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from pipeline_lib.dsl.runtime_parameter import RuntimeParameter
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.describing import describe
from pipeline_lib.ir.expressions import Expression, InputArtifacts, RuntimeParameterValue

if TYPE_CHECKING:
    from pipeline_lib.dsl.channel import RunChannel
    from pipeline_lib.dsl.for_each import ForEach


class Reader(Protocol):
    """Tells a placeholder how what it reads reaches the node that evaluates it."""

    def input_key(self, channel: RunChannel) -> str:
        """Key of the node's input that brings the channel to it."""

    def runtime_parameter(self, parameter: RuntimeParameter) -> Expression:
        """The value that the run is given for the parameter."""

    def loop_value(self, loop: ForEach) -> Expression:
        """The value that the loop has come to."""


Build = Callable[[Reader], Expression]
"""Makes the IR expression of a placeholder."""


class UnknownFieldError(AuthoringError, AttributeError):
    """A field of a future value that is not there.

    An `AttributeError` as well, so that `hasattr` works on placeholders.
    """


class Placeholder:
    """Something that becomes an IR expression.

    Attributes:
        channels: what it reads of other nodes.
        loops: the loops whose value it reads.
        value_type: type of its value; `None` where only the run can tell.
    """

    def __init__(
        self,
        build: Build,
        channels: tuple[RunChannel, ...] = (),
        loops: tuple[ForEach, ...] = (),
        value_type: type | None = None,
    ) -> None:
        self._build = build
        self.channels = channels
        self.loops = loops
        self.value_type = value_type

    def to_expression(self, reader: Reader) -> Expression:
        """The IR expression, with everything read the way that `reader` tells."""
        return self._build(reader)

    @property
    def type_word(self) -> str:
        """The type of its value in a message."""
        return self.value_type.__name__ if self.value_type else "of unknown type"

    def __bool__(self) -> NoReturn:
        raise AuthoringError(
            f"{self!r} has no value while the pipeline is written. Use it in Cond(...), not in "
            "'if', and combine conditions with &, | and ~, not with 'and', 'or' and 'not'."
        )

    def __iter__(self) -> Iterator[Any]:
        raise AuthoringError(
            f"{self!r} has no elements while the pipeline is written. Name one with [0], or loop "
            "over all with ForEach(...)."
        )

    def __format__(self, format_spec: str) -> str:
        return str(self)

    def __str__(self) -> str:
        raise AuthoringError(
            f"{self!r} has no text while the pipeline is written. Join it with + or join([...]), "
            "not in an f-string or with str(...)."
        )

    def __deepcopy__(self, memo: object) -> Placeholder:
        """Itself: it never changes, and the nodes that it reads are no copies either."""
        return self

    def __repr__(self) -> str:
        names = _Names()
        text = describe(self.to_expression(names))
        for stand_in, name in names.names.items():
            text = text.replace(f"input({stand_in!r})", name)
        return text


def checked_key(key: object, reader: str) -> str:
    """What a placeholder is to read.

    Raises:
        AuthoringError: it is no text; the message begins with `reader`.
    """
    if not isinstance(key, str) or not key:
        raise AuthoringError(f"{reader}(...) takes a name, got {key!r}.")
    return key


class _Names:
    """Reads everything under a stand-in, to be replaced by its name in a text for people."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def input_key(self, channel: RunChannel) -> str:
        return self._stand_in(channel)

    def runtime_parameter(self, parameter: RuntimeParameter) -> Expression:
        return RuntimeParameterValue(parameter.name)

    def loop_value(self, loop: ForEach) -> Expression:
        return InputArtifacts(self._stand_in(loop))

    def _stand_in(self, thing: object) -> str:
        stand_in = f"<{len(self.names)}>"
        self.names[stand_in] = repr(thing)
        return stand_in
