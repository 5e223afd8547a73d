"""Executor of `ImportSchemaGen`."""

from __future__ import annotations

from typing import Any

from components.layouts.schema_file import load_schema, schema_path
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.execution.executor import BaseExecutor


class Executor(BaseExecutor):
    """Reads a schema file, writes `Schema`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copy the file byte by byte, so that comments in it stay.

        Raises:
            DataError: there is no such file, or it is no schema.
        """
        source = exec_properties["schema_file"]
        load_schema(source)
        target = schema_path(get_single_instance(output_dict["schema"]))
        files.write_bytes(target, files.read_bytes(source))
