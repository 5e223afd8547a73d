"""Model: what it takes and gives, and its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.render.markup import details, joined, paragraph, table
from pipeline_lib.render.payloads_pb2 import SavedModel
from pipeline_lib.render.standard.default import files_with_sizes
from pipeline_lib.render.tensors import shape_text, type_name
from pipeline_lib.render.wording import byte_count

_PLACES = ("Format-Serving/saved_model.pb", "saved_model.pb")
_LARGEST_FILE = 200_000_000
"""Bytes of a graph that is read to show its signatures; variables are in other files."""
_INTERNAL = "__saved_model_init_op"
_COLUMNS = ("tensor", "kind", "type", "shape")


def body(record: ArtifactRecord) -> Markup:
    """The signatures of the SavedModel for serving, and the files."""
    return joined([*_saved_model(record.uri), files_with_sizes(record.uri)])


def _saved_model(uri: str) -> Iterator[Markup]:
    path = next(filter(files.exists, (f"{uri}/{place}" for place in _PLACES)), None)
    if path is None:
        yield paragraph("It is no SavedModel: these are its files.")
        return
    if files.size(path) > _LARGEST_FILE:
        yield paragraph(f"Its graph has {byte_count(files.size(path))}: too large to look into.")
        return
    for graph in SavedModel.FromString(files.read_bytes(path)).meta_graphs:
        version = graph.meta_info_def.tensorflow_version
        yield paragraph(
            f"SavedModel for {', '.join(graph.meta_info_def.tags)}, by TensorFlow "
            f"{version or 'of an unknown version'}",
            "dim",
        )
        for name, signature in sorted(graph.signature_def.items()):
            if name != _INTERNAL:
                yield details(
                    f"signature {name}", _signature(signature), is_open=name == "serving_default"
                )


def _signature(signature: Any) -> Markup:
    rows = [
        (name, kind, type_name(tensor.dtype), shape_text(tensor.tensor_shape))
        for kind, tensors in (("input", signature.inputs), ("output", signature.outputs))
        for name, tensor in sorted(tensors.items())
    ]
    return table(_COLUMNS, rows)
