"""The one error with which a request, a model or a configuration is refused.

Codes and texts are TensorFlow Serving's, so that a client that knows one server knows the other.
"""

from __future__ import annotations

import enum

from pipeline_lib.errors import PipelineLibError


class StatusCode(enum.Enum):
    """The status codes of gRPC that a model server uses.

    Source: https://grpc.github.io/grpc/core/md_doc_statuscodes.html; the numbers travel in
    `tensorflow.serving.StatusProto` too.
    """

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15


class ServingError(PipelineLibError):
    """What a model server refuses, with the status code that its client gets.

    Args:
        code: the status code.
        message: the text, as the client sees it.
    """

    def __init__(self, code: StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[ServingError], tuple[StatusCode, str]]:
        """How it is pickled; an exception knows only what its base class was made with."""
        return type(self), (self.code, self.message)
