"""Components of this library that read what TFX's write, and the other way round."""

from __future__ import annotations

import os

from pipeline_lib import InputArtifact, OutputArtifact, OutputDict, Parameter, component
from pipeline_lib.artifacts.artifact import Artifact, Property, PropertyType
from pipeline_lib.artifacts.standard_artifacts import Examples, ExampleStatistics, Schema


class Report(Artifact):
    """The same type as TFX's components have it."""

    TYPE_NAME = "Report"
    PROPERTIES = {
        "pages": Property(PropertyType.INT),
        "score": Property(PropertyType.FLOAT),
        "title": Property(PropertyType.STRING),
        "tags": Property(PropertyType.JSON_VALUE),
        "final": Property(PropertyType.BOOLEAN),
    }
    title: str
    score: float
    tags: dict[str, object]
    final: bool


@component
def WriteCsv(examples: OutputArtifact[Examples], rows: Parameter[int]) -> None:
    """Writes no real examples, only a file."""
    for split in ("train", "eval"):
        os.makedirs(os.path.join(examples.uri, f"Split-{split}"))
        with open(os.path.join(examples.uri, f"Split-{split}", "rows.gz"), "w") as file:
            file.write(str(rows))


@component
def CountSplits(statistics: InputArtifact[ExampleStatistics]) -> OutputDict(splits=int):  # type: ignore[valid-type]
    """Counts the splits."""
    return {"splits": len(statistics.splits)}


@component
def ReadReport(report: InputArtifact[Report], lines: int) -> OutputDict(summary=str):  # type: ignore[valid-type]
    """Reads every property, and a value."""
    return {
        "summary": f"{report.title}: {sorted(report.tags)}, {report.score}, {lines}"
        + (" (final)" if report.final else "")
    }


@component
def MakeSchema(schema: OutputArtifact[Schema], names: Parameter[list[str]]) -> None:
    """Writes a file for each name."""
    for name in names:
        with open(os.path.join(schema.uri, name), "w") as file:
            file.write(name)
    schema.custom_properties["count"] = len(names)


@component
def ReportOn(schema: InputArtifact[Schema], report: OutputArtifact[Report]) -> None:
    """Writes an artifact with properties."""
    report.title = " ".join(sorted(os.listdir(schema.uri)))
    report.score = 0.5
    report.tags = {}


@component
def CountSchemas(schemas: InputArtifact[list[Schema]]) -> OutputDict(count=int):  # type: ignore[valid-type]
    """Counts what it is given."""
    return {"count": len(schemas)}


@component
def Number() -> OutputDict(number=int):  # type: ignore[valid-type]
    """A value."""
    return {"number": 3}
