"""What cannot be part of a pipeline of ours is refused where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tfx import v1 as tfx
from tfx.dsl.control_flow.for_each import ForEach
from tfx.orchestration import pipeline as tfx_pipelines
from tfx.proto.orchestration import platform_config_pb2
from tfx.types import channel as tfx_channels
from tfx.types.standard_artifacts import Model

from pipeline_lib import Pipeline
from pipeline_lib.errors import AuthoringError, UnsupportedError
from pipeline_lib.tfx_bridge.adopt import adopt
from pipeline_lib.tfx_bridge.channels import tfx_channel
from tests.tfx_bridge import components_of_ours as ours
from tests.tfx_bridge import components_of_tfx as theirs
from tests.whole_message import raises

LACKING = "which this library does not support."


def test_what_is_no_component_of_tfx_cannot_be_adopted() -> None:
    expected = "adopt(...) takes a component of TFX, got 'Trainer' of type str."
    with raises(AuthoringError, expected):
        adopt("Trainer")


def test_what_is_no_channel_of_ours_cannot_be_handed_to_tfx() -> None:
    expected = (
        "tfx_channel(...) takes an output of a node of this library, got 'report' of type str."
    )
    with raises(AuthoringError, expected):
        tfx_channel("report")  # type: ignore[arg-type]


def test_a_sub_pipeline_of_tfx_is_imported_whole() -> None:
    inner = tfx_pipelines.Pipeline("inner", components=[theirs.Write(text="text")])
    expected = (
        f"Node 'inner' is a Pipeline of TFX's, {LACKING} "
        "Import the whole pipeline with from_tfx(...)."
    )
    with raises(UnsupportedError, expected):
        Pipeline("outer", components=[inner])


def test_a_component_that_is_made_in_a_loop_of_tfx() -> None:
    write = theirs.Write(text="text")
    with ForEach(write.outputs["report"]) as report:
        counted = theirs.CountLines(report=report)
    with pytest.raises(UnsupportedError, match=r"^Node 'CountLines': input 'report' reads a "):
        Pipeline("p", components=[write, counted])


def test_a_component_with_a_platform_configuration() -> None:
    write = theirs.Write(text="text").with_platform_config(
        platform_config_pb2.DockerPlatformConfig()
    )
    with raises(UnsupportedError, f"Node 'Write' has a platform configuration, {LACKING}"):
        Pipeline("p", components=[write])


def test_a_channel_of_another_pipeline() -> None:
    external = tfx_channels.ExternalPipelineChannel(
        artifact_type=theirs.Report,
        owner="me",
        pipeline_name="other",
        producer_component_id="Write",
        output_key="report",
    )
    counted = theirs.CountLines(report=external)
    expected = f"Node 'CountLines': input 'report' reads a ExternalPipelineChannel, {LACKING}"
    with raises(UnsupportedError, expected):
        Pipeline("p", components=[counted])


def test_a_channel_of_tfx_of_another_type_than_a_component_of_ours_takes() -> None:
    write = theirs.Write(text="text")
    expected = (
        "Component 'ReadReport': input 'report' takes a channel of 'Report', got "
        "Importer.outputs['result'], which is of 'Model'."
    )
    imported = tfx.dsl.Importer(source_uri="somewhere", artifact_type=Model)
    with raises(AuthoringError, expected):
        ours.ReadReport(report=imported.outputs["result"], lines=write.outputs["report"])


def test_a_component_of_tfx_that_is_used_must_be_listed() -> None:
    write = theirs.Write(text="text")
    counted = theirs.CountLines(report=write.outputs["report"])
    expected = (
        "Pipeline 'p' does not list node 'Write', which node 'CountLines' reads as 'report'. "
        "Add it to components=[...]."
    )
    with raises(AuthoringError, expected):
        Pipeline("p", components=[counted])


def test_a_component_that_is_in_a_pipeline_of_tfx_already(tmp_path: Path) -> None:
    write = theirs.Write(text="text")
    tfx.dsl.Pipeline("theirs", str(tmp_path), components=[write])
    expected = (
        "Node 'Write' is part of a Pipeline of TFX's: a component can be in one pipeline only. "
        "Make another component, or import the pipeline with from_tfx(...)."
    )
    with raises(AuthoringError, expected):
        Pipeline("ours", components=[write])
