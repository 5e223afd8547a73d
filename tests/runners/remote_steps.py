"""Steps that read and write wherever the pipeline root is."""

from __future__ import annotations

import sys

import fsspec

from pipeline_lib import InputArtifact, OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.standard_artifacts import Examples


@component
def Make(examples: OutputArtifact[Examples], count: Parameter[int] = 3) -> None:
    """Write some rows in two files, one of them deeper."""
    for name in ("first", "deep/second"):
        with fsspec.open(f"{examples.uri}/{name}", "w") as file:
            file.write("row\n" * count)
    sys.stdout.write("made\n")


@component
def Count(examples: InputArtifact[Examples]) -> OutputDict(rows=int):  # type: ignore[valid-type]
    """Count the rows."""
    texts = fsspec.open_files(f"{examples.uri}/**", "r")
    rows = 0
    for text in texts:
        with text as file:
            rows += len(file.read().splitlines())
    return {"rows": rows}


@component
def FailOnce(examples: InputArtifact[Examples], flag: Parameter[str]) -> None:
    """Fail if nothing is at `flag`, and write it."""
    file_system, path = fsspec.url_to_fs(flag)
    if not file_system.exists(path):
        file_system.pipe_file(path, b"")
        raise RuntimeError("the first time it fails")
