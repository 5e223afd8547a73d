"""What an `InfraBlessing` holds: the verdict, how it came about, the model with its warm-up."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict

import tensorflow as tf

from components.infra_validator.validation import Validation
from components.layouts.validated_model import (
    STAMPED_MODEL_FINGERPRINT,
    record_fingerprint,
    stamped_directory,
)
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.errors import DataError
from pipeline_lib.serving.model_servers.requests import ModelRequest

REPORT_FILE = "validation.json"
"""Every server, try and figure."""

_WARMUP_FILE = os.path.join("assets.extra", "tf_serving_warmup_requests")
_SLOWEST = {
    "loading_seconds": max,
    "p50_ms": max,
    "p99_ms": max,
    "requests_per_second": min,
}


def bless(blessing: Artifact, reason: str, validations: Sequence[Validation]) -> None:
    """Record the verdict.

    Args:
        blessing: the artifact.
        reason: why the model is not blessed; empty if it is.
        validations: how it went with each server.
    """
    file_name = "INFRA_NOT_BLESSED" if reason else "INFRA_BLESSED"
    files.write_bytes(os.path.join(blessing.uri, file_name), b"")
    blessing.set_int_custom_property("blessed", int(not reason))
    blessing.set_int_custom_property("has_model", 0)
    if reason:
        blessing.set_string_custom_property("not_blessed_reason", reason)
    for name, slowest in _SLOWEST.items():
        measured = [one.figures[name] for one in validations if name in one.figures]
        if measured:
            blessing.set_float_custom_property(name, float(slowest(measured)))
    report = {
        "blessed": not reason,
        "reason": reason,
        "servers": [asdict(one) for one in validations],
    }
    payload = json.dumps(report, indent=2).encode()
    files.write_bytes(os.path.join(blessing.uri, REPORT_FILE), payload)


def keep_model(
    blessing: Artifact, directory: str, fingerprint: str, requests: Sequence[ModelRequest]
) -> None:
    """Keep a copy of the model in the blessing, with the requests as its warm-up.

    Args:
        blessing: the artifact.
        directory: the SavedModel that was validated.
        fingerprint: that of its files when that began.
        requests: what a model server asks it before it counts as available.

    Raises:
        DataError: the files are others now.
    """
    stamped = stamped_directory(blessing)
    copy_model(directory, stamped, fingerprint)
    warmup = os.path.join(stamped, _WARMUP_FILE)
    files.make_directory(os.path.dirname(warmup))
    with tf.io.TFRecordWriter(warmup) as writer:
        for request in requests:
            writer.write(request.warmup_record())
    blessing.set_int_custom_property("has_model", 1)
    record_fingerprint(blessing, STAMPED_MODEL_FINGERPRINT, files.fingerprint(stamped))


def copy_model(source: str, destination: str, fingerprint: str) -> None:
    """Copy all files of a model, and make sure that they are still the same.

    Args:
        source: directory or URI of the model.
        destination: directory or URI of the copy.
        fingerprint: that of the model when its validation began.

    Raises:
        DataError: the files are others now.
    """
    for name in files.file_names(source):
        files.copy_file(os.path.join(source, name), os.path.join(destination, name))
    copied = files.fingerprint(destination)
    if copied != fingerprint:
        raise DataError(
            f"The model at {source!r} was changed while it was validated: the fingerprint of its "
            f"files is {copied}, and was {fingerprint} at first. Run again."
        )
