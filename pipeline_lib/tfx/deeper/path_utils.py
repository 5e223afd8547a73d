"""`tfx.utils.path_utils`: where a `Model` artifact's models lie."""

from __future__ import annotations

import os

from pipeline_lib.artifacts import files
from pipeline_lib.tfx.deeper.io_utils import get_only_uri_in_dir

_OLD_SERVING, _OLD_EVAL = "serving_model_dir", "eval_model_dir"
"""Directories in models of TFX before 1.0."""


def serving_model_dir(output_uri: str, is_old_artifact: bool = False) -> str:
    """Directory of the model that is served."""
    return os.path.join(output_uri, _OLD_SERVING if is_old_artifact else "Format-Serving")


def serving_model_path(output_uri: str, is_old_artifact: bool = False) -> str:
    """Path of the model that is served: that directory, or what an Estimator exported into it."""
    directory = serving_model_dir(output_uri, is_old_artifact)
    exported = os.path.join(directory, "export")
    if not files.exists(exported):
        return directory
    return get_only_uri_in_dir(get_only_uri_in_dir(exported))


def eval_model_dir(output_uri: str, is_old_artifact: bool = False) -> str:
    """Directory of the model that is for evaluation."""
    return os.path.join(output_uri, _OLD_EVAL if is_old_artifact else "Format-TFMA")


def eval_model_path(output_uri: str, is_old_artifact: bool = False) -> str:
    """Path of the model to evaluate: the one for evaluation, or else the one for serving."""
    directory = eval_model_dir(output_uri, is_old_artifact)
    if not files.exists(directory):
        return serving_model_path(output_uri, is_old_artifact)
    if files.exists(os.path.join(directory, "saved_model.pb")):
        return directory
    return get_only_uri_in_dir(directory)  # an Estimator exports into a directory of its own


def stamped_model_path(output_uri: str) -> str:
    """Directory of a model stamped for serving."""
    return os.path.join(output_uri, "stamped_model")


def warmup_file_path(saved_model_path: str) -> str:
    """Path of the requests with which TensorFlow Serving warms a SavedModel up."""
    return os.path.join(saved_model_path, "assets.extra", "tf_serving_warmup_requests")
