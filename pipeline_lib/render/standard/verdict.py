"""Whether a model was blessed, or pushed, and why not: `ModelBlessing` and its like."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import joined, paragraph, table

_QUESTIONS: Mapping[str, tuple[str, str, str]] = {
    "ModelBlessing": ("blessed", "BLESSED", "NOT_BLESSED"),
    "InfraBlessing": ("blessed", "INFRA_BLESSED", "INFRA_NOT_BLESSED"),
    "PushedModel": ("pushed", "", ""),
}
"""What is decided about the model, and the files that say yes and no."""

_FACTS = {
    "pushed_destination": "pushed to",
    "pushed_version": "version",
    "current_model": "model",
    "baseline_model": "compared with",
}


def body(record: ArtifactRecord) -> Markup:
    """The verdict, the reason, and which models it is about."""
    verdict = _verdict(record)
    if verdict is None:
        return paragraph("Nothing says how it was decided.")
    given = record.custom_properties
    facts = [(words, str(given[name])) for name, words in _FACTS.items() if name in given]
    said = paragraph(in_words(record), "good" if verdict else "bad")
    return joined([said, table(("about", "value"), facts)]) if facts else said


def in_words(record: ArtifactRecord) -> str:
    """`blessed`, or `not blessed: accuracy is 0.8, expected at least 0.9`."""
    verdict = _verdict(record)
    if verdict is None:
        return ""
    what, _, _ = _QUESTIONS[record.type_name]
    reason = record.custom_properties.get(f"not_{what}_reason")
    return what if verdict else ": ".join([f"not {what}", *([str(reason)] if reason else [])])


def _verdict(record: ArtifactRecord) -> bool | None:
    what, yes, no = _QUESTIONS[record.type_name]
    given = record.custom_properties.get(what)
    if isinstance(given, (int, float)):
        return bool(given)
    names = files.names_in(record.uri)
    return True if yes and yes in names else False if no and no in names else None
