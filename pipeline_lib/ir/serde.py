"""Compiled pipelines as protobuf messages, bytes, text and JSON."""

from __future__ import annotations

from google.protobuf import json_format, text_format
from google.protobuf.message import DecodeError, Message

from pipeline_lib.errors import InvalidPipelineError
from pipeline_lib.ir import pipeline_pb2
from pipeline_lib.ir.codec import decode, encode
from pipeline_lib.ir.pipeline import Pipeline


def to_proto(ir: Pipeline) -> Message:
    """The pipeline as a `pipeline_lib.ir.Pipeline` message."""
    message: Message = encode(ir, pipeline_pb2.Pipeline())
    return message


def from_proto(message: Message) -> Pipeline:
    """The pipeline in a message.

    Raises:
        InvalidPipelineError: the message describes a pipeline that could not run.
    """
    decoded: Pipeline = decode(message)
    return decoded


def dumps(ir: Pipeline) -> bytes:
    """The pipeline as bytes; equal pipelines give equal bytes in every process."""
    return to_proto(ir).SerializeToString(deterministic=True)


def loads(payload: bytes) -> Pipeline:
    """The pipeline in bytes that `dumps` made.

    Raises:
        InvalidPipelineError: the bytes are no pipeline, or one that could not run.
    """
    try:
        return from_proto(pipeline_pb2.Pipeline.FromString(payload))
    except DecodeError as error:
        raise InvalidPipelineError(f"These bytes are no compiled pipeline: {error}.") from error


def to_text(ir: Pipeline) -> str:
    """The pipeline in protobuf's text format, for people and diffs."""
    return text_format.MessageToString(to_proto(ir), as_utf8=True)


def from_text(text: str) -> Pipeline:
    """The pipeline in text that `to_text` made.

    Raises:
        InvalidPipelineError: the text is no pipeline, or one that could not run.
    """
    try:
        return from_proto(text_format.Parse(text, pipeline_pb2.Pipeline()))
    except text_format.ParseError as error:
        raise InvalidPipelineError(f"This text is no compiled pipeline: {error}.") from error


def to_json(ir: Pipeline) -> str:
    """The pipeline as JSON, for people and other programs."""
    return json_format.MessageToJson(to_proto(ir), preserving_proto_field_name=True, sort_keys=True)


def from_json(text: str) -> Pipeline:
    """The pipeline in JSON that `to_json` made.

    Raises:
        InvalidPipelineError: the text is no pipeline, or one that could not run.
    """
    try:
        message = json_format.Parse(text, pipeline_pb2.Pipeline())
    except (json_format.ParseError, TypeError, AttributeError) as error:  # JSON of another shape
        raise InvalidPipelineError(f"This JSON is no compiled pipeline: {error}.") from error
    return from_proto(message)
