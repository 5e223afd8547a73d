"""Payload of `Schema`: `schema.pbtxt`, as TFX lays it out."""

from __future__ import annotations

import os

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import DataError

FILE_NAME = "schema.pbtxt"


def schema_path(schema: Artifact) -> str:
    """Path of the schema."""
    return os.path.join(schema.uri, FILE_NAME)


def load_schema(path: str) -> schema_pb2.Schema:
    """The schema in the file at `path`.

    Raises:
        DataError: there is no such file, or it is no schema with features in text form.
    """
    if not files.exists(path):
        raise DataError(f"Schema file {path!r} does not exist.")
    if os.path.isdir(path):
        raise DataError(f"Schema {path!r} is a directory. Give the path of the schema file.")
    try:
        schema = text_format.Parse(files.read_bytes(path).decode(), schema_pb2.Schema())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise DataError(
            f"Schema file {path!r} is no tensorflow_metadata Schema in text form: {error}"
        ) from error
    if not schema.feature:
        raise DataError(f"Schema file {path!r} declares no feature.")
    return schema


def write_schema(schema: schema_pb2.Schema, path: str) -> None:
    """Write `schema` in text form."""
    files.write_bytes(path, text_format.MessageToString(schema).encode())
