"""Schema: a row for each feature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import text_format
from markupsafe import Markup
from tensorflow_metadata.proto.v0 import schema_pb2

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import table
from pipeline_lib.render.wording import byte_count, counted, cut, number

_FILE = "schema.pbtxt"
_LARGEST_FILE = 20_000_000
_COLUMNS = ("feature", "type", "present in", "values", "domain")
_MOST_ROWS = 500
_LONGEST_DOMAIN = 120


def body(record: ArtifactRecord) -> Markup:
    """Features with type, presence, number of values and domain."""
    return schema_table(load(record.uri))


def in_words(record: ArtifactRecord) -> str:
    """How many features there are."""
    return counted(len(load(record.uri).feature), "feature")


def load(uri: str) -> schema_pb2.Schema:
    """The schema in the directory `uri`."""
    path = f"{uri}/{_FILE}"
    if files.size(path) > _LARGEST_FILE:
        raise ValueError(f"{_FILE} has {byte_count(files.size(path))}")
    return text_format.Parse(
        files.read_bytes(path).decode(), schema_pb2.Schema(), allow_unknown_field=True
    )


def schema_table(schema: schema_pb2.Schema, caption: str = "") -> Markup:
    """A schema as a table."""
    domains = {one.name: _strings(one) for one in schema.string_domain}
    rows = [_row(feature, domains) for feature in schema.feature[:_MOST_ROWS]]
    if len(schema.feature) > _MOST_ROWS:
        caption = f"the first {_MOST_ROWS} of {len(schema.feature):,} features"
    return table(_COLUMNS, rows, caption)


def _row(feature: Any, domains: Mapping[str, str]) -> tuple[str, ...]:
    type_name = schema_pb2.FeatureType.Name(feature.type).lower()
    return (
        feature.name,
        type_name,
        _presence(feature),
        _values(feature),
        _domain(feature, domains),
    )


def _presence(feature: Any) -> str:
    if not feature.HasField("presence"):
        return ""
    share = feature.presence.min_fraction
    return "all examples" if share >= 1 else f"at least {share:.0%}" if share else "some examples"


def _values(feature: Any) -> str:
    if feature.HasField("shape"):
        sizes = [str(dim.size) for dim in feature.shape.dim]
        return f"shape {' x '.join(sizes)}" if sizes else "one"
    if not feature.HasField("value_count"):
        return ""
    least, most = feature.value_count.min, feature.value_count.max
    if least == most:
        return "one" if least == 1 else str(least)
    return f"{least} to {most}" if most else f"at least {least}"


def _domain(feature: Any, domains: Mapping[str, str]) -> str:
    kind = feature.WhichOneof("domain_info")
    if kind is None:
        return ""
    if kind == "domain":
        return domains.get(feature.domain, feature.domain)
    domain = getattr(feature, kind)
    if kind == "string_domain":
        return _strings(domain)
    if kind in ("int_domain", "float_domain"):
        return _range(domain)
    return str(kind).removesuffix("_domain").replace("_", " ")


def _strings(domain: Any) -> str:
    return cut(", ".join(domain.value), _LONGEST_DOMAIN)


def _range(domain: Any) -> str:
    if domain.is_categorical and not (domain.min or domain.max):
        return "categories"
    bounds = [
        f"{words} {number(getattr(domain, name))}"
        for name, words in (("min", "from"), ("max", "to"))
        if domain.HasField(name)
    ]
    return " ".join([*bounds, *(["(categories)"] if domain.is_categorical else [])])
