"""Container components for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline_lib import (
    InputUriPlaceholder,
    InputValuePlaceholder,
    OutputUriPlaceholder,
    create_container_component,
    placeholders,
)
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact, Integer, String
from pipeline_lib.dsl.node import BaseNode


def shell(image: str, script: str, *arguments: Any, name: str = "Work", **declared: Any) -> Any:
    """A component that runs a script in a shell; `$1` is the first argument."""
    return create_container_component(
        name=name, image=image, command=["sh", "-ec", script, "sh", *arguments], **declared
    )


def say(image: str, script: str, *arguments: Any) -> BaseNode:
    """A node that runs a script without inputs or outputs."""
    node: BaseNode = shell(image, script, *arguments)()
    return node


def filter_lines(image: str, text: Any, pattern: Any) -> BaseNode:
    """Keeps the lines that have the pattern, and counts them."""
    work: BaseNode = shell(
        image,
        'grep -- "$1" "$2"/data > "$3"/data; wc -l < "$3"/data > "$4"; echo kept',
        InputValuePlaceholder("pattern"),
        InputUriPlaceholder("text"),
        OutputUriPlaceholder("kept"),
        OutputUriPlaceholder("count"),
        name="Filter",
        inputs={"text": ExternalArtifact},
        outputs={"kept": ExternalArtifact, "count": Integer},
        parameters={"pattern": str},
    )(text=text, pattern=pattern)
    return work


def tell(image: str, count: Any) -> BaseNode:
    """Prints a value that another node wrote, and where it runs."""
    node: BaseNode = shell(
        image,
        'echo "$1 in $2"',
        InputValuePlaceholder("count"),
        placeholders.execution_invocation().pipeline_run_id,
        name="Tell",
        inputs={"count": Integer},
    )(count=count)
    return node


def fail_once(image: str) -> BaseNode:
    """Fails unless it has run in this run before."""
    directory = placeholders.execution_invocation().stateful_working_dir
    return say(image, 'test -e "$1"/seen || { touch "$1"/seen; exit 3; }', directory)


def write(
    image: str, script: str, kind: Any = ExternalArtifact, more: Sequence[Any] = ()
) -> BaseNode:
    """Runs a script that writes, or does not, to `$1`."""
    arguments = (OutputUriPlaceholder("out"), *more)
    node: BaseNode = shell(image, script, *arguments, outputs={"out": kind})()
    return node


def repeat(image: str, word: Any) -> BaseNode:
    """Writes a word."""
    node: BaseNode = shell(
        image,
        'printf %s "$1" > "$2"',
        InputValuePlaceholder("word"),
        OutputUriPlaceholder("out"),
        name="Repeat",
        outputs={"out": String},
        parameters={"word": str},
    )(word=word)
    return node


def pass_list(image: str) -> BaseNode:
    """Has a list in its command, which is no text."""
    node: BaseNode = shell(
        image, "true", InputValuePlaceholder("words"), parameters={"words": list}
    )(words=["a"])
    return node
