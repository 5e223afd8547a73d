"""`context.show`: artifacts in a notebook's cell, or as text on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.dsl.channel import OutputChannel
from pipeline_lib.dsl.foreign import adopted
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.errors import AuthoringError
from pipeline_lib.interactive.execution_result import ExecutionResult
from pipeline_lib.interactive.session_code import running_shell
from pipeline_lib.render.render import render
from pipeline_lib.report.artifact_text import artifacts_text

Artifacts = dict[str, list[Artifact]]


def artifacts_of(item: object) -> Artifacts:
    """The artifacts that are meant, by output key.

    Raises:
        AuthoringError: `item` is nothing that has artifacts, or its node has not run.
    """
    match adopted(item):
        case Artifact() as artifact:
            return {artifact.name or artifact.type_name: [artifact]}
        case OutputChannel() as channel:
            return {channel.output_key: channel.get()}
        case BaseNode() as node:
            return {key: channel.get() for key, channel in node.outputs.items()}
        case ExecutionResult(outputs=outputs):
            return dict(outputs)
    raise AuthoringError(
        "context.show(...) takes an artifact, a channel such as node.outputs['model'], a node or "
        f"a result of context.run(...), got {item!r} of type {type(item).__name__}."
    )


def display(artifacts: Artifacts) -> None:
    """Display artifacts where this session shows its results."""
    shown: Sequence[Artifact] = [one for found in artifacts.values() for one in found]
    text = artifacts_text(
        {key: [one.to_record() for one in found] for key, found in artifacts.items()}
    )
    if running_shell() is None:
        Console(highlight=False).print(text, end="", soft_wrap=True)
        return
    from pipeline_lib.interactive.ipython import show_html

    show_html("".join(map(render, shown)), text.plain)
