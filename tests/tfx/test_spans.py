"""Resolving spans with TFX's messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.protobuf.message import Message

from pipeline_lib import tfx
from pipeline_lib.metadata.store import RunState
from tests.tfx.steps import MakeSpan, SpansOf

examples = tfx.types.standard_artifacts.Examples
RangeConfig = tfx.proto.RangeConfig
RollingRange, StaticRange = tfx.proto.RollingRange, tfx.proto.StaticRange


def pipeline(folder: Path, components: list[tfx.types.BaseNode]) -> tfx.dsl.Pipeline:
    store = tfx.orchestration.metadata.sqlite_metadata_connection_config(str(folder / "store.db"))
    return tfx.dsl.Pipeline("spans", str(folder / "root"), store, components)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (RangeConfig(rolling_range=RollingRange(num_spans=2)), [3, 2]),
        (RangeConfig(rolling_range=RollingRange(num_spans=9, start_span_number=1)), [3, 2, 1]),
        (RangeConfig(static_range=StaticRange(start_span_number=1, end_span_number=2)), [2, 1]),
        (RangeConfig(static_range=StaticRange(end_span_number=1)), [1, 0]),
    ],
)
def test_spans_in_a_range(tmp_path: Path, message: Message, found: list[int]) -> None:
    run = tfx.orchestration.LocalDagRunner().run
    run(pipeline(tmp_path, [MakeSpan(span=span).with_id(f"span{span}") for span in range(4)]))
    resolver = tfx.dsl.Resolver(
        strategy_class=tfx.dsl.experimental.SpanRangeStrategy,
        config={"range_config": message},
        examples=tfx.dsl.Channel(type=examples),
    )
    spans = SpansOf(examples=resolver.outputs["examples"])
    result = run(pipeline(tmp_path, [resolver, spans]))
    assert result.run.state is RunState.COMPLETE
    (value,) = (tmp_path / "root" / "SpansOf" / "spans").glob("*/value")
    assert json.loads(value.read_text()) == found
