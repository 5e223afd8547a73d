"""`render`: an artifact as a self-contained HTML fragment; `in_words`: as a short text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact, ArtifactRecord
from pipeline_lib.render.markup import STYLE, template
from pipeline_lib.render.missing import how_to_install
from pipeline_lib.render.registry import registered_renderer, standard_module
from pipeline_lib.render.standard import default

_SAY_ALL_BY_PROPERTIES = ("InfraBlessing", "ModelBlessing", "PushedModel")
IMPLEMENTATION_DETAILS = ("__is_null__",)
"""Properties that say nothing to people."""


def render(artifact: Artifact | ArtifactRecord) -> str:
    """The artifact as an HTML fragment with its own style: no script, nothing from elsewhere.

    What cannot be read is said in the fragment; an artifact is never a reason to fail.
    """
    return f"<style>{STYLE}</style>{fragment(artifact)}"


def fragment(artifact: Artifact | ArtifactRecord) -> Markup:
    """The same without the style, for a page that has it already."""
    record = artifact.to_record() if isinstance(artifact, Artifact) else artifact
    body, note = _body(record)
    properties = {**record.properties, **record.custom_properties}
    shown = {name: properties[name] for name in properties if name not in IMPLEMENTATION_DETAILS}
    return template("artifact.html", record=record, body=body, note=note, properties=shown)


def together(records: Mapping[str, ArtifactRecord]) -> Markup | None:
    """Artifacts of one type, by name, over each other; `None` where that cannot be shown."""
    (type_name,) = {record.type_name for record in records.values()}
    try:
        draw: Callable[[Mapping[str, ArtifactRecord]], Markup] | None = getattr(
            standard_module(type_name), "together", None
        )
        return None if draw is None else Markup(draw(records))  # made by templates, which escape
    except Exception:  # whatever is wrong with a payload: each is shown on a page of its own
        return None


def in_words(record: ArtifactRecord) -> str:
    """What is in the artifact, in a few words where that can be had at little cost; else empty."""
    try:
        module = standard_module(record.type_name)
        tell: Callable[[ArtifactRecord], str] | None = getattr(module, "in_words", None)
        return tell(record) if tell is not None else ""
    except Exception:  # whatever is wrong with the payload: a list of artifacts goes on
        return ""


def _body(record: ArtifactRecord) -> tuple[Markup, str]:
    """HTML of what is in the artifact, and what there is to say about how it is shown."""
    try:
        is_there = files.exists(record.uri)
    except Exception as error:  # each file system has its own
        return Markup(), f"Its files cannot be looked at: {_named(error)}"
    if not is_there and record.type_name not in _SAY_ALL_BY_PROPERTIES:
        return Markup(), "Its files are gone: there is nothing at this URI."
    try:
        return _content(record), ""
    except ModuleNotFoundError as error:
        return default.body(record), f"To see what is in it, {how_to_install(error)}."
    except Exception as error:  # written by another tool, cut off, another version, ...
        return default.body(record), f"It cannot be shown as {record.type_name}: {_named(error)}"


def _content(record: ArtifactRecord) -> Markup:
    own = registered_renderer(record.type_name)
    if own is not None:
        return Markup(own(record))  # the user's renderer answers for its HTML
    module = standard_module(record.type_name)
    return Markup((module or default).body(record))  # made by templates, which escape


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
