"""TransformGraph: the features that go in, and those that come out."""

from __future__ import annotations

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import details, joined, table
from pipeline_lib.render.standard import schema
from pipeline_lib.render.wording import counted

_BEFORE = "metadata"
_AFTER = "transformed_metadata"
_VOCABULARIES = "transform_fn/assets"
_MOST_TERMS = 10


def body(record: ArtifactRecord) -> Markup:
    """Features before and after, and the vocabularies that were learned."""
    before, after = (schema.load(f"{record.uri}/{part}") for part in (_BEFORE, _AFTER))
    parts = [
        schema.schema_table(after, f"after: {counted(len(after.feature), 'feature')}"),
        details(f"before: {counted(len(before.feature), 'feature')}", schema.schema_table(before)),
    ]
    return joined([*parts, _vocabularies(f"{record.uri}/{_VOCABULARIES}")])


def in_words(record: ArtifactRecord) -> str:
    """How many features go in and come out."""
    before, after = (schema.load(f"{record.uri}/{part}") for part in (_BEFORE, _AFTER))
    return f"{counted(len(before.feature), 'feature')} to {len(after.feature)}"


def _vocabularies(uri: str) -> Markup:
    rows = [(name, *_terms(f"{uri}/{name}")) for name in files.names_in(uri)]
    columns = ("vocabulary", "terms", "the first of them")
    return (
        details(counted(len(rows), "vocabulary file"), table(columns, rows)) if rows else Markup()
    )


def _terms(path: str) -> tuple[int, str]:
    terms = files.read_bytes(path).decode(errors="replace").splitlines()
    return len(terms), ", ".join(terms[:_MOST_TERMS])
