"""How artifacts are shown: a function for each artifact type, and one for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.interactive.html import Html, element, joined, named_values, preformatted
from pipeline_lib.report.artifact_text import IMPLEMENTATION_DETAILS
from pipeline_lib.report.value_preview import NO_VALUE, value_preview
from pipeline_lib.report.wording import value

Renderer = Callable[[Artifact], str]
"""Makes HTML of an artifact; what it puts in of names and values it has to escape."""

_MOST_FILES = 20
_renderers: dict[str, Renderer] = {}


def register_renderer(artifact_type: type[Artifact] | str, renderer: Renderer) -> None:
    """Let artifacts of a type be shown by a function of your own, in place of what there was.

        register_renderer(Report, lambda report: f"<b>{html.escape(report.uri)}</b>")

    Args:
        artifact_type: the type, or its name.
        renderer: makes HTML of an artifact; names and values in it have to be escaped.
    """
    name = artifact_type if isinstance(artifact_type, str) else artifact_type.TYPE_NAME
    _renderers[name] = renderer


def render(artifact: Artifact) -> Html:
    """HTML of an artifact. Where its renderer fails, that is said, and the usual is shown."""
    renderer = _renderers.get(artifact.type_name)
    if renderer is None:
        return describe(artifact)
    try:
        return Html(renderer(artifact))
    except Exception as error:
        note = f"The renderer of {artifact.type_name} failed: {type(error).__name__}: {error}"
        return joined([preformatted(note), describe(artifact)])


def describe(artifact: Artifact) -> Html:
    """What there is to say of any artifact: type, place, properties, files."""
    record = artifact.to_record()
    rows: list[tuple[object, object]] = [("uri", artifact.uri)]
    shown = value_preview(record)
    if shown is not NO_VALUE:
        rows.insert(0, ("value", value(shown)))
    for properties in (record.properties, record.custom_properties):
        shown_names = sorted(properties.keys() - set(IMPLEMENTATION_DETAILS))
        rows += [(name, value(properties[name])) for name in shown_names]
    if shown is NO_VALUE:
        rows.append(("files", joined(_files(artifact.uri))))
    return element("div", heading(artifact), named_values(rows))


def heading(artifact: Artifact) -> Html:
    """Type and id of an artifact."""
    return element("div", element("b", artifact.type_name), f" (artifact {artifact.id})")


def _files(uri: str) -> Iterator[object]:
    """The first files below a place, a line for each."""
    if not uri or not files.exists(uri):
        yield "they are gone" if uri else "none"
        return
    names = files.file_names(uri)
    for name in names[:_MOST_FILES]:
        yield element("div", name)
    if len(names) > _MOST_FILES:
        yield element("div", f"and {len(names) - _MOST_FILES} more")
