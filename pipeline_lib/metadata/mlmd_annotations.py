"""Tags and notes of a run: each is a custom property, so that two processes never meet at one."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as mlmd

from pipeline_lib.metadata.mlmd_exact import Columns, set_alone
from pipeline_lib.metadata.mlmd_records import PREFIX
from pipeline_lib.metadata.mlmd_values import get_value
from pipeline_lib.metadata.tracking import NoteRecord

_TAG = f"{PREFIX}tag:"
_NOTE = f"{PREFIX}note:"


def tag_property(tag: str) -> str:
    """Name of the custom property that a run with the tag has, so that the database can find it."""
    return f"{_TAG}{tag}"


def tags_of(context: mlmd.Context) -> tuple[str, ...]:
    """The tags of a run, in order."""
    names = context.custom_properties
    return tuple(sorted(name.removeprefix(_TAG) for name in names if name.startswith(_TAG)))


def note_property() -> str:
    """Name of the custom property of a new note."""
    return f"{_NOTE}{uuid.uuid4().hex}"


def note_value(note: NoteRecord, columns: Columns) -> mlmd.Value:
    """A note, as long as it may be."""
    message = mlmd.Value()
    set_alone(message, asdict(note), columns)
    return message


def notes_of(context: mlmd.Context) -> tuple[NoteRecord, ...]:
    """The notes of a run, oldest first."""
    values = [one for name, one in context.custom_properties.items() if name.startswith(_NOTE)]
    notes = [NoteRecord(**get_value(value)) for value in values]
    return tuple(sorted(notes, key=lambda one: one.time))


def change_properties(
    store: Any, context: mlmd.Context, values: Mapping[str, mlmd.Value], names: Iterable[str]
) -> None:
    """Change some custom properties of a recorded context, and leave all others as they are.

    Args:
        store: ML Metadata's store.
        context: the context.
        values: what they are set to.
        names: of those that are changed; one without a value is removed.
    """
    changed = mlmd.Context(id=context.id, type_id=context.type_id, name=context.name)
    for name, value in values.items():
        changed.custom_properties[name].CopyFrom(value)
    store.put_contexts([changed], [f"custom_properties.{name}" for name in names])


def tag_changes(
    add: Collection[str], remove: Collection[str]
) -> tuple[dict[str, mlmd.Value], list[str]]:
    """The values of the tags to add, and the names of all that are changed."""
    values = {tag_property(tag): mlmd.Value(int_value=1) for tag in add}
    return values, [*values, *map(tag_property, remove)]
