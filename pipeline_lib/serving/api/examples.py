"""Serialized `tf.train.Example`s as the one input of a signature that reads them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tensorflow_serving.apis.input_pb2 import Input

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.loader import Array

INPUTS = "inputs"
"""The name of that input."""


def examples_tensor(examples: Sequence[bytes]) -> Array:
    """A vector of strings.

    Raises:
        ServingError: INVALID_ARGUMENT, there are no examples.
    """
    if not examples:
        raise ServingError(StatusCode.INVALID_ARGUMENT, "Input is empty.")
    tensor = np.empty(len(examples), object)
    tensor[:] = examples
    return tensor


def serialized_examples(message: Input) -> list[bytes]:
    """The examples of a request, each with the features of the context that they share.

    Two serialized messages one after another are the merged message: no example is taken apart.
    """
    if message.WhichOneof("kind") == "example_list_with_context":
        shared = message.example_list_with_context
        context = shared.context.SerializeToString()
        return [context + example.SerializeToString() for example in shared.examples]
    return [example.SerializeToString() for example in message.example_list.examples]
