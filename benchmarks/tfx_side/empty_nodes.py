"""Pipelines of nodes that do nothing, or only wait, in TFX: the same as in `benchmarks/ours`."""

import time

from tfx import v1 as tfx

Data = tfx.types.standard_artifacts.HyperParameters
InputArtifact = tfx.dsl.components.InputArtifact
OutputArtifact = tfx.dsl.components.OutputArtifact
Parameter = tfx.dsl.components.Parameter


@tfx.dsl.components.component
def Head(data: OutputArtifact[Data]):
    """Make an artifact and write nothing."""


@tfx.dsl.components.component
def Step(previous: InputArtifact[Data], data: OutputArtifact[Data], index: Parameter[int]):
    """Take an artifact, make another, and write nothing."""


@tfx.dsl.components.component
def Wait(data: OutputArtifact[Data], seconds: Parameter[float] = 1.0):
    """Wait."""
    time.sleep(seconds)


def chain(count: int) -> list:
    """`count` nodes, each of which reads the one before it."""
    nodes = [Head().with_id("node_0")]
    for index in range(1, count):
        previous = nodes[-1].outputs["data"]
        nodes.append(Step(previous=previous, index=index).with_id(f"node_{index}"))
    return nodes


def fan(count: int) -> list:
    """`count` nodes, all of which but the first read the first."""
    head = Head().with_id("node_0")
    steps = [
        Step(previous=head.outputs["data"], index=index).with_id(f"node_{index}")
        for index in range(1, count)
    ]
    return [head, *steps]


def waiting(count: int) -> list:
    """`count` nodes that wait a second each and do not depend on one another."""
    return [Wait(seconds=1.0).with_id(f"node_{index}") for index in range(count)]
