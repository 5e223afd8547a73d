"""The signatures of a SavedModel, read from its file without loading it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError, did_you_mean
from pipeline_lib.serving.model_servers.model_server import DEFAULT_TAGS

Signatures: TypeAlias = Mapping[str, SignatureDef]
_FILE_NAME = "saved_model.pb"
_INTERNAL = "__saved_model_"
"""Begins the names of what TensorFlow itself keeps among the signatures."""


class UnservableModelError(Exception):
    """No server can serve it: the model, not the configuration, is at fault."""


def read_signatures(
    directory: str, tag_set: Sequence[str], signature_names: Sequence[str]
) -> Signatures:
    """The signatures to be called, of the graph that has these tags and no others.

    Raises:
        DataError: it has no such graph or signature.
        UnservableModelError: the file cannot be read, or has no graph for a server.
    """
    graphs = _read(directory).meta_graphs
    found = next((one for one in graphs if {*tag_set} == {*one.meta_info_def.tags}), None)
    if found is None:
        existing = [sorted(one.meta_info_def.tags) for one in graphs]
        if tag_set == DEFAULT_TAGS:
            raise UnservableModelError(
                f"the model has no graph with the tags {list(tag_set)}; its graphs have {existing}"
            )
        raise DataError(
            f"request_spec.tensorflow_serving.tag_set is {sorted(tag_set)}: the model has no graph "
            f"with these tags. Its graphs have {existing}."
        )
    for name in signature_names:
        if name not in found.signature_def:
            raise DataError(
                "request_spec.tensorflow_serving.signature_names: the model has no signature "
                f"{name!r}.{did_you_mean(name, _of_the_author(found.signature_def))}"
            )
    return {name: found.signature_def[name] for name in signature_names}


def _of_the_author(signatures: Signatures) -> list[str]:
    return [name for name in signatures if not name.startswith(_INTERNAL)]


def require_saved_model(directory: str) -> None:
    """Refuse a directory that is no SavedModel, whatever is in it.

    Raises:
        DataError: it is none.
    """
    path = os.path.join(directory, _FILE_NAME)
    if not files.exists(path):
        raise DataError(
            f"There is no SavedModel to validate: expected {path!r}, where Trainer writes it."
        )


def _read(directory: str) -> SavedModel:
    payload = files.read_bytes(os.path.join(directory, _FILE_NAME))
    try:
        return SavedModel.FromString(payload)
    except DecodeError as error:
        raise UnservableModelError(f"{_FILE_NAME} is damaged: it is no SavedModel") from error
