"""Examples: the first rows of each split."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.artifacts.splits import splits_of
from pipeline_lib.render.example_cells import FeatureCells
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.payloads_pb2 import Example
from pipeline_lib.render.record_files import data_files, records_of
from pipeline_lib.render.standard.default import files_with_sizes
from pipeline_lib.render.wording import byte_count, counted

_MOST_ROWS = 10
_MOST_COLUMNS = 60
_LARGEST_TO_COUNT = 5_000_000
"""Bytes of a split that is read to its end to count its examples."""


def body(record: ArtifactRecord) -> Markup:
    """A table for each split."""
    found = splits_of(record)
    payload = record.custom_properties.get("payload_format", "FORMAT_TF_EXAMPLE")
    if not found or payload != "FORMAT_TF_EXAMPLE":
        said = f"Rows are shown of tf.train.Example records; this is {payload}." if found else ""
        return joined([paragraph(said or "It has no splits."), files_with_sizes(record.uri)])
    return joined(
        details(
            _summary(split, f"{record.uri}/Split-{split}"),
            _rows(record.uri, split),
            is_open=split == found[0],
        )
        for split in found
    )


def _summary(split: str, folder: str) -> str:
    size = sum(files.size(path) for path in data_files(folder))
    if size > _LARGEST_TO_COUNT:
        return f"split {split}: {byte_count(size)}"
    count = sum(1 for _ in records_of(folder))
    return f"split {split}: {counted(count, 'example')}, {byte_count(size)}"


def _rows(uri: str, split: str) -> Markup:
    payloads = islice(records_of(f"{uri}/Split-{split}"), _MOST_ROWS)
    examples = [Example.FromString(payload) for payload in payloads]
    return examples_table(examples, f"the first {len(examples)} of split {split}")


def examples_table(examples: Sequence[Example], caption: str) -> Markup:
    """Examples as rows; the type of each feature stands below its name."""
    names = sorted({name for one in examples for name in one.features.feature})
    cells = [FeatureCells(name, examples) for name in names[:_MOST_COLUMNS]]
    beyond = len(names) - len(cells)
    rows = [[row + 1, *(one.cell(row) for one in cells)] for row in range(len(examples))]
    shown = table(["row", *(one.title for one in cells)], rows, caption)
    return joined(
        [shown, paragraph(f"and {counted(beyond, 'feature')} more") if beyond > 0 else ""]
    )
