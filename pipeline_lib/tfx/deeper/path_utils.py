"""`tfx.utils.path_utils`: where a `Model` artifact's models lie."""

from __future__ import annotations

import os

from pipeline_lib.artifacts import files


def serving_model_dir(output_uri: str) -> str:
    """Directory of the model that is served."""
    return os.path.join(output_uri, "Format-Serving")


def serving_model_path(output_uri: str) -> str:
    """The same directory."""
    return serving_model_dir(output_uri)


def eval_model_dir(output_uri: str) -> str:
    """Directory of the model that is for evaluation."""
    return os.path.join(output_uri, "Format-TFMA")


def eval_model_path(output_uri: str) -> str:
    """Directory of the model to evaluate: the one for evaluation, or else the one for serving."""
    directory = eval_model_dir(output_uri)
    return directory if files.exists(directory) else serving_model_path(output_uri)
