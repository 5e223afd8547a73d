"""Artifacts as text: lines that are never wrapped, so that a URI can be copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.render import IMPLEMENTATION_DETAILS, in_words
from pipeline_lib.render.value_preview import NO_VALUE, value_preview
from pipeline_lib.report.wording import value


def artifacts_text(artifacts: Mapping[str, Sequence[ArtifactRecord]], prefix: str = "") -> Text:
    """Every artifact with type, id, URI, properties and, if it is a plain value, that value.

    Args:
        artifacts: artifacts by input or output key.
        prefix: goes before each key.
    """
    text = Text()
    for key, records in artifacts.items():
        for index, record in enumerate(records):
            name = f"{prefix}{key}" if len(records) == 1 else f"{prefix}{key}[{index}]"
            text.append_text(_artifact_text(name, record))
    return text


def _artifact_text(name: str, record: ArtifactRecord) -> Text:
    text = Text.assemble("  ", (name, "bold"), "  ", (record.type_name, "cyan"))
    shown = value_preview(record)
    if shown is not NO_VALUE:
        text.append(f" = {value(shown)}")
    elif words := in_words(record):
        text.append(f": {value(words)}")
    text.append(f"  (artifact {record.id})\n", "dim")
    text.append(f"    uri: {record.uri}\n")
    for properties in (record.properties, record.custom_properties):
        for property_name, given in sorted(properties.items()):
            if property_name not in IMPLEMENTATION_DETAILS:
                text.append(f"    {property_name}: {value(given)}\n")
    return text
