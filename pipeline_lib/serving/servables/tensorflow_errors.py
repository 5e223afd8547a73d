"""TensorFlow's exceptions as the errors that a model server's client gets."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import tensorflow as tf

from pipeline_lib.serving.errors import ServingError, StatusCode

_PYTHONS_OWN = re.compile(
    r"^Graph execution error:\n\n"  # what Session.run puts before every error
    r"|Detected at node .*?\nNode: [^\n]*\n"  # where an operation was made, as a traceback
    r"|\n\nOriginal stack trace for .*",
    re.DOTALL,
)


def call_error(error: Exception) -> ServingError:
    """What a client is told of an exception that came out of a call."""
    if isinstance(error, ServingError):
        return error
    if isinstance(error, tf.errors.OpError):
        return ServingError(_code(error), _text(error))
    if isinstance(error, UnicodeDecodeError):
        # TensorFlow's text repeats bytes of the request, and Python could not make an error of it.
        text = error.object.decode(errors="replace")
        return ServingError(StatusCode.INVALID_ARGUMENT, text)
    return ServingError(StatusCode.INTERNAL, f"{type(error).__name__}: {error}")


def load_error(error: Exception, path: str, tags: Sequence[str]) -> ServingError:
    """What is recorded of a SavedModel that could not be loaded: where it is, and why.

    Where TensorFlow's C++ loader has a text for it, this one begins with it.
    Source: tensorflow/cc/saved_model/reader.cc.
    """
    if isinstance(error, ServingError):
        return error
    if not any(os.path.exists(f"{path}/saved_model.{ending}") for ending in ("pb", "pbtxt", "cpb")):
        return ServingError(
            StatusCode.NOT_FOUND,
            f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path}. "
            "Check that the directory exists and that you have the right permissions for "
            "accessing it.",
        )
    if isinstance(error, RuntimeError) and "associated with tags" in str(error):
        exist = re.search(r"available tags '(.*?)'\. To", str(error))
        return ServingError(
            StatusCode.NOT_FOUND,
            "Could not find meta graph def matching supplied tags: "
            f"{{ {' '.join(tags)} }}. To inspect available tag-sets in the SavedModel, please use "
            f"the SavedModel CLI: `saved_model_cli`. The SavedModel at {path} has these: "
            f"{exist[1] if exist else 'unknown'}",
        )
    if isinstance(error, tf.errors.OpError):
        code, reason = _code(error), _text(error)
    elif isinstance(error, OSError) and str(error).startswith("Cannot parse file"):
        code, reason = StatusCode.DATA_LOSS, f"Can't parse {path}/saved_model.pb as binary proto"
    else:
        code, reason = StatusCode.DATA_LOSS, f"{type(error).__name__}: {error}"
    return ServingError(code, f"Could not load the SavedModel at {path}: {reason}")


def _code(error: tf.errors.OpError) -> StatusCode:
    try:
        return StatusCode(error.error_code)
    except ValueError:
        return StatusCode.UNKNOWN


def _text(error: tf.errors.OpError) -> str:
    return _PYTHONS_OWN.sub("", str(error.message)).strip()
