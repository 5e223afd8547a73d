"""The requests that a model is validated with, made of its signatures and of examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

from components.infra_validator.request_spec import RequestSpec
from components.infra_validator.rows import input_arrays
from components.infra_validator.signatures import Signatures
from components.layouts.examples_files import first_records
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_split_uris, split_names_of
from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.requests import (
    ModelRequest,
    classify_request,
    predict_request,
    regress_request,
)
from pipeline_lib.serving.servables.servable import ModelReference

_TF_EXAMPLE = "FORMAT_TF_EXAMPLE"


@dataclass(frozen=True)
class Records:
    """The examples to make requests of, serialized.

    Attributes:
        serialized: at least one.
        payload_format: TFX's name for what they are; empty where nobody has said it.
    """

    serialized: Sequence[bytes]
    payload_format: str

    @classmethod
    def read(cls, examples: Sequence[Artifact], spec: RequestSpec) -> Records:
        """The first examples of the chosen split.

        Raises:
            DataError: there is no such split, or it is empty.
        """
        split = spec.split_name or next(iter(split_names_of(examples[0])), "")
        if not split:
            raise DataError("There are no examples to make requests of: they have no split.")
        records = [
            record
            for directory in get_split_uris(examples, split)
            for record in first_records(directory, spec.num_examples)
        ]
        if not records:
            raise DataError(f"There is no example to make a request of in split {split!r}.")
        payload_format = examples[0].get_string_custom_property("payload_format")
        return cls(records[: spec.num_examples], payload_format)

    def examples(self) -> list[tf.train.Example]:
        """The examples, for signatures that need their features.

        Raises:
            DataError: they are of another format, or damaged.
        """
        if self.payload_format not in ("", _TF_EXAMPLE):
            raise DataError(
                f"The examples are in the format {self.payload_format}; only a signature that "
                "takes them as they are, with one input of strings, can be called with them."
            )
        try:
            return [tf.train.Example.FromString(record) for record in self.serialized]
        except DecodeError as error:
            raise DataError(
                "There is no example to make a request of: the records are no tf.train.Example."
            ) from error


def make_requests(model_name: str, signatures: Signatures, records: Records) -> list[ModelRequest]:
    """Requests for all signatures.

    Raises:
        DataError: a signature cannot be called with such examples.
    """
    reference = ModelReference(model_name)
    return [
        request
        for name, signature in signatures.items()
        for request in _requests(reference, name, signature, records)
    ]


def _requests(
    reference: ModelReference, name: str, signature: SignatureDef, records: Records
) -> Iterator[ModelRequest]:
    match signature.method_name:
        case tf.saved_model.CLASSIFY_METHOD_NAME:
            for one in records.examples():
                yield classify_request(reference, [one.SerializeToString()], name)
        case tf.saved_model.REGRESS_METHOD_NAME:
            for one in records.examples():
                yield regress_request(reference, [one.SerializeToString()], name)
        case tf.saved_model.PREDICT_METHOD_NAME:
            yield from _predict_requests(reference, name, signature, records)
        case method:
            raise DataError(
                f"Signature {name!r} cannot be called: a model server knows no method {method!r}."
            )


def _predict_requests(
    reference: ModelReference, name: str, signature: SignatureDef, records: Records
) -> Iterator[ModelRequest]:
    serialized_input = _serialized_input(signature, records)
    if serialized_input is None:
        for arrays in input_arrays(name, signature, records.examples()):
            yield predict_request(reference, arrays, name)
        return
    for record in records.serialized:
        batch = np.array([record], object)
        yield predict_request(reference, {serialized_input: batch}, name)


def _serialized_input(signature: SignatureDef, records: Records) -> str | None:
    """The input that takes serialized examples: the only one, a list of strings.

    One that is named like a feature takes that feature.
    """
    if len(signature.inputs) != 1:
        return None
    ((name, info),) = signature.inputs.items()
    takes_list = info.tensor_shape.unknown_rank or len(info.tensor_shape.dim) == 1
    if info.dtype != tf.string.as_datatype_enum or not takes_list:
        return None
    if records.payload_format in ("", _TF_EXAMPLE) and any(
        name in example.features.feature for example in records.examples()
    ):
        return None
    return str(name)
