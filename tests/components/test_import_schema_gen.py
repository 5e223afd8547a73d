"""ImportSchemaGen: copies what is a schema, refuses what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from components.import_schema_gen.component import ImportSchemaGen
from components.import_schema_gen.executor import Executor
from pipeline_lib.artifacts.standard_artifacts import Schema
from pipeline_lib.errors import DataError
from tests.penguins import Execute

CURATED = """\
# Reviewed by the penguin team.
feature {
  name: "island"
  type: BYTES
}
"""


def import_schema(execute: Execute, path: Path) -> Schema:
    schema: Schema = execute(Executor, {}, {"schema": Schema}, {"schema_file": str(path)})["schema"]
    return schema


def test_the_file_is_copied_with_its_comments(execute: Execute, tmp_path: Path) -> None:
    source = tmp_path / "curated.pbtxt"
    source.write_text(CURATED)

    schema = import_schema(execute, source)

    assert os.listdir(schema.uri) == ["schema.pbtxt"]
    assert Path(schema.uri, "schema.pbtxt").read_text() == CURATED


def test_a_missing_file_is_refused(execute: Execute, tmp_path: Path) -> None:
    path = tmp_path / "schema.pbtxt"
    with pytest.raises(DataError) as caught:
        import_schema(execute, path)
    assert str(caught.value) == f"Schema file {str(path)!r} does not exist."


def test_a_directory_is_refused(execute: Execute, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        import_schema(execute, tmp_path)
    assert str(caught.value) == (
        f"Schema {str(tmp_path)!r} is a directory. Give the path of the schema file."
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"island,BYTES\n",
            "Schema file {path!r} is no tensorflow_metadata Schema in text form: 1:1 : "
            'Message type "tensorflow.metadata.v0.Schema" has no field named "island".',
        ),
        (
            b"\xff\xfe",
            "Schema file {path!r} is no tensorflow_metadata Schema in text form: "
            "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        ),
        (b"", "Schema file {path!r} declares no feature."),
    ],
)
def test_what_is_no_schema_is_refused(
    execute: Execute, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "schema.pbtxt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        import_schema(execute, path)
    assert str(caught.value) == message.format(path=str(path))


def test_authoring() -> None:
    node = ImportSchemaGen(schema_file="schema.pbtxt")
    assert node.outputs["schema"].type_name == "Schema"
