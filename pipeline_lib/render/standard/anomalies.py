"""Anomalies of a data set against its schema, per split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup
from tensorflow_metadata.proto.v0 import anomalies_pb2

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.splits import splits_of
from pipeline_lib.render.markup import joined, paragraph, table
from pipeline_lib.render.wording import counted

_FILE = "SchemaDiff.pb"
_COLUMNS = ("split", "feature", "severity", "anomaly", "what was found")


def body(record: ArtifactRecord) -> Markup:
    """A row for each anomaly."""
    by_split = _by_split(record)
    rows = [row for split, found in by_split.items() for row in _rows(split, found)]
    if rows:
        return joined([paragraph(in_words(record), "bad"), table(_COLUMNS, rows)])
    return paragraph(in_words(record), "good" if by_split else "note")


def in_words(record: ArtifactRecord) -> str:
    """`no anomalies in train, eval`, or how many there are."""
    by_split = _by_split(record)
    if not by_split:
        return "no split was looked at"
    count = sum(len(list(_rows(split, found))) for split, found in by_split.items())
    what = counted(count, "anomaly") if count == 1 else f"{count or 'no'} anomalies"
    return f"{what} in {', '.join(by_split)}"


def _by_split(record: ArtifactRecord) -> Mapping[str, anomalies_pb2.Anomalies]:
    return {
        split: anomalies_pb2.Anomalies.FromString(
            files.read_bytes(f"{record.uri}/Split-{split}/{_FILE}")
        )
        for split in splits_of(record)
    }


def _rows(split: str, anomalies: anomalies_pb2.Anomalies) -> Iterator[tuple[str, ...]]:
    if anomalies.HasField("dataset_anomaly_info"):
        yield from _reasons(split, "the data set", anomalies.dataset_anomaly_info)
    for name, info in sorted(anomalies.anomaly_info.items()):
        yield from _reasons(split, ".".join(info.path.step) or name, info)


def _reasons(split: str, feature: str, info: Any) -> Iterator[tuple[str, ...]]:
    severity = anomalies_pb2.AnomalyInfo.Severity.Name(info.severity).lower()
    for reason in info.reason or [info]:
        yield split, feature, severity, reason.short_description, reason.description
