"""Pipelines of nodes that do nothing, or only wait.

Each has an index of its own, without which a cache by content would take one for the other.
"""

from __future__ import annotations

import time

from pipeline_lib import InputArtifact, OutputArtifact, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import HyperParameters
from pipeline_lib.dsl.node import BaseNode


@component
def Head(data: OutputArtifact[HyperParameters]) -> None:
    """Make an artifact and write nothing."""


@component
def Step(
    previous: InputArtifact[HyperParameters],
    data: OutputArtifact[HyperParameters],
    index: Parameter[int],
) -> None:
    """Take an artifact, make another, and write nothing."""


@component
def Wait(data: OutputArtifact[HyperParameters], seconds: Parameter[float] = 1.0) -> None:
    """Wait."""
    time.sleep(seconds)


def chain(count: int) -> list[BaseNode]:
    """`count` nodes, each of which reads the one before it."""
    nodes: list[BaseNode] = [Head().with_id("node_0")]
    for index in range(1, count):
        previous = nodes[-1].outputs["data"]
        nodes.append(Step(previous=previous, index=index).with_id(f"node_{index}"))
    return nodes


def fan(count: int) -> list[BaseNode]:
    """`count` nodes, all of which but the first read the first."""
    head = Head().with_id("node_0")
    steps = [
        Step(previous=head.outputs["data"], index=index).with_id(f"node_{index}")
        for index in range(1, count)
    ]
    return [head, *steps]


def mixed(count: int) -> list[BaseNode]:
    """`count` nodes in chains of ten, which begin at the first one."""
    nodes: list[BaseNode] = [Head().with_id("node_0")]
    for index in range(1, count):
        before = nodes[0] if index % 10 == 1 else nodes[-1]
        step = Step(previous=before.outputs["data"], index=index)
        nodes.append(step.with_id(f"node_{index}"))
    return nodes


def waiting(count: int) -> list[BaseNode]:
    """`count` nodes that wait a second each and do not depend on one another."""
    return [Wait(seconds=1.0).with_id(f"node_{index}") for index in range(count)]


SHAPES = {"chain": chain, "fan": fan, "mixed": mixed, "waiting": waiting}
