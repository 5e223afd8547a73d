"""A compiled pipeline gets through the arguments of a container as it is."""

from __future__ import annotations

from hypothesis import given, settings

from pipeline_lib import ir
from pipeline_lib.errors import PipelineLibError
from pipeline_lib.runners.kubeflow.spec.packing import pack, unpack
from tests.ir.generated import pipelines
from tests.whole_message import raises


@settings(max_examples=15, deadline=None)
@given(pipelines())
def test_what_comes_out_is_what_went_in(pipeline: ir.Pipeline) -> None:
    assert unpack(pack(pipeline)) == pipeline
    assert pack(pipeline) == pack(pipeline)


def test_half_of_the_texts() -> None:
    (text,) = pack(ir.Pipeline("p", (ir.Node("a", "A", ir.FunctionExecutor("steps:a", "")),)))
    with raises(
        PipelineLibError,
        "The compiled pipeline in the arguments cannot be read: Error -5 while decompressing data: "
        "incomplete or truncated stream. Compile it again with this release.",
    ):
        unpack([text[:40]])
