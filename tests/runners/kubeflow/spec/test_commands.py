"""The command of a container component sees paths, wherever the pipeline root is."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.ir.expressions import (
    ArtifactUri,
    ArtifactValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    OutputArtifacts,
    RuntimeParameterValue,
    SplitUri,
)
from pipeline_lib.runners.kubeflow.spec.commands import LoweredCommand, lowered_command

TEXT = ArtifactUri(Index(InputArtifacts("text"), 0))
FOUND = ArtifactUri(Index(OutputArtifacts("found"), 0))


def lowered(*words: Expression, is_mounted: bool) -> LoweredCommand:
    return lowered_command(ir.ContainerExecutor("grep:1", words), is_mounted)


def test_what_is_known_is_written_down() -> None:
    words = (Literal("grep"), Literal("-e"), Literal("$HOME {a}"))
    for is_mounted in (True, False):
        command = lowered(*words, is_mounted=is_mounted)
        assert command == LoweredCommand(("grep", "-e", "$HOME {a}"))


def test_what_kubeflow_would_replace_is_told() -> None:
    command = lowered(Literal("{{$.pipeline_job_name}}"), Literal(3), is_mounted=False)
    assert command == LoweredCommand(
        ("{{$.inputs.parameters['part-1']}}", "{{$.inputs.parameters['part-2']}}"),
        {"part-1": Literal("{{$.pipeline_job_name}}"), "part-2": Literal(3)},
    )


def test_below_a_mounted_root_the_step_before_tells_our_places() -> None:
    joined = Operation(Operator.CONCAT, (Literal("--out="), FOUND))
    command = lowered(TEXT, joined, is_mounted=True)
    assert command == LoweredCommand(
        ("{{$.inputs.parameters['part-1']}}", "{{$.inputs.parameters['part-2']}}"),
        {"part-1": TEXT, "part-2": joined},
    )


def test_in_an_object_store_the_launcher_brings_and_takes() -> None:
    pattern = RuntimeParameterValue("pattern")
    limit = ArtifactValue(Index(InputArtifacts("limit"), 0))
    command = lowered(
        Operation(Operator.CONCAT, (Literal("--limit="), limit)),
        TEXT,
        SplitUri(Index(InputArtifacts("examples"), 0), "train"),
        Operation(Operator.CONCAT, (pattern, Literal("="), FOUND, Literal("/data"))),
        Operation(Operator.JOIN_PATH, (FOUND, Literal("x"))),
        is_mounted=False,
    )
    assert command == LoweredCommand(
        (
            "{{$.inputs.parameters['part-1']}}",
            "{{$.inputs.artifacts['text'].path}}",
            "{{$.inputs.artifacts['examples'].path}}/Split-train",
            "{{$.inputs.parameters['part-2']}}={{$.outputs.artifacts['found'].path}}/data",
            "{{$.outputs.artifacts['found'].path}}/x",
        ),
        {"part-1": Operation(Operator.CONCAT, (Literal("--limit="), limit)), "part-2": pattern},
        ("text", "examples"),
    )
