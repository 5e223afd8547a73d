"""Pusher's work; it imports no TensorFlow, because it only copies files."""

from __future__ import annotations

import logging
import os
import shutil
from typing import Any

from components.pusher.destination import FilesystemDestination
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BaseExecutor

_LOG = logging.getLogger(__name__)
_BLESSINGS = ("model_blessing", "infra_blessing")


class Executor(BaseExecutor):
    """Pushes a blessed model; see `Pusher` for inputs and outputs."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Push the model, or record why it is refused."""
        pushed_model = get_single_instance(output_dict["pushed_model"])
        destination = FilesystemDestination.parse(exec_properties["push_destination"])
        model_path = _path_to_push(input_dict)
        refusal = _refusal(input_dict)
        if refusal:
            _record_refusal(pushed_model, refusal)
            return
        # The push comes last: if anything before it fails, nothing has been pushed.
        shutil.copytree(model_path, pushed_model.uri, dirs_exist_ok=True)
        _record_push(pushed_model, destination.push(model_path))


def _refusal(input_dict: dict[str, list[Artifact]]) -> str:
    """Why the model must not be pushed; empty if it may be."""
    blessings = [(key, blessing) for key in _BLESSINGS for blessing in input_dict.get(key, [])]
    if not blessings:
        _LOG.warning("The model is pushed without a blessing: nothing says that it is good.")
    for key, blessing in blessings:
        if blessing.get_int_custom_property("blessed") != 1:
            reason = blessing.get_string_custom_property("not_blessed_reason")
            return f"{key} does not bless the model" + (f": {reason}" if reason else "")
    return ""


def _path_to_push(input_dict: dict[str, list[Artifact]]) -> str:
    """Directory of the files to push.

    Raises:
        DataError: there is no model, or it has nothing that can be served.
    """
    models = input_dict.get("model", [])
    if models:
        return _existing(os.path.join(get_single_instance(models).uri, "Format-Serving"))
    for blessing in input_dict.get("infra_blessing", []):
        if blessing.get_int_custom_property("has_model"):
            return _existing(os.path.join(blessing.uri, "stamped_model"))
    raise DataError(
        "Pusher got no model: the 'model' input is empty and 'infra_blessing' holds no stamped "
        "model. Pass a channel of 'Model' that has an artifact."
    )


def _existing(path: str) -> str:
    if not os.path.isdir(path) or not os.listdir(path):
        raise DataError(
            f"There is no model to push at {path!r}: expected a directory with files, as Trainer "
            "writes it."
        )
    return path


def _record_refusal(pushed_model: Artifact, reason: str) -> None:
    pushed_model.set_int_custom_property("pushed", 0)
    pushed_model.set_string_custom_property("not_pushed_reason", reason)
    _LOG.warning("Nothing is pushed: %s.", reason)


def _record_push(pushed_model: Artifact, version_path: str) -> None:
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_destination", version_path)
    pushed_model.set_string_custom_property("pushed_version", os.path.basename(version_path))
    _LOG.info("The model is pushed to %s.", version_path)
