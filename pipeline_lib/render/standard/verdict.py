"""Whether a model was blessed, or pushed, and why not: `ModelBlessing` and its like."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord, JsonValue
from pipeline_lib.render.markup import details, joined, paragraph, table, template
from pipeline_lib.render.wording import number

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
    "loading_seconds": "seconds until it was loaded",
    "p50_ms": "median time of a request, in ms",
    "p99_ms": "99th percentile of a request, in ms",
    "requests_per_second": "requests a second",
}
_REPORT_FILE = "validation.json"
"""What `InfraValidator` saw with each server."""
_LARGEST_REPORT = 50_000


def body(record: ArtifactRecord) -> Markup:
    """The verdict, the reason, and which models it is about."""
    verdict = _verdict(record)
    if verdict is None:
        return paragraph("Nothing says how it was decided.")
    given = record.custom_properties
    facts = [(words, _value(given[name])) for name, words in _FACTS.items() if name in given]
    said = paragraph(in_words(record), "good" if verdict else "bad")
    shown = table(("about", "value"), facts) if facts else ""
    return joined([said, shown, _report(f"{record.uri}/{_REPORT_FILE}")])


def _value(given: JsonValue) -> str:
    return number(given) if isinstance(given, float) else str(given)


def _report(path: str) -> Markup:
    if not files.exists(path) or files.size(path) > _LARGEST_REPORT:
        return Markup()
    text = files.read_bytes(path).decode(errors="replace")
    return details("each server and try", template("value.html", text=text, is_long=True))


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
