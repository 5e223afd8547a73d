"""What is shown of any artifact: its files with their sizes."""

from __future__ import annotations

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.wording import byte_count, counted

_MOST_FILES = 50


def body(record: ArtifactRecord) -> Markup:
    """The artifact's files."""
    try:
        return files_with_sizes(record.uri)
    except OSError:  # this is what is shown when all else fails
        return Markup()


def files_with_sizes(uri: str) -> Markup:
    """How many files there are and how large they are; each of them when it is asked for."""
    sizes = files.files_in(uri)
    if not sizes:
        return paragraph("It is an empty directory.", "dim")
    total = byte_count(sum(sizes.values()))
    if list(sizes) == ["."]:
        return paragraph(f"One file of {total}.", "dim")
    rows = [(name, byte_count(size)) for name, size in list(sizes.items())[:_MOST_FILES]]
    beyond = len(sizes) - len(rows)
    rest = paragraph(f"and {beyond:,} more", "dim") if beyond else ""
    listed = joined([table(("file", "size"), rows), rest])
    return details(f"{counted(len(sizes), 'file')}, {total}", listed)
