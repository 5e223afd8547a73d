"""Pusher's work; it imports no TensorFlow, because it only copies files."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.layouts.validated_model import (
    MODEL_FINGERPRINT,
    STAMPED_MODEL_FINGERPRINT,
    serving_directory,
    stamped_directory,
)
from components.pusher.destination import FilesystemDestination, PushDestination, WatchingServer
from components.pusher.local_directory import LocalDirectory
from components.pusher.object_store import ObjectStore
from components.pusher.verified_copy import copy_verified
from components.pusher.version_watch import ask, wait_until_available
from pipeline_lib.artifacts import files, outside
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.errors import DataError
from pipeline_lib.execution.executor import BaseExecutor

_LOG = logging.getLogger(__name__)
_BLESSINGS = ("model_blessing", "infra_blessing")

Inputs = Mapping[str, Sequence[Artifact]]
Directory = LocalDirectory | ObjectStore


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
        destination = PushDestination.parse(exec_properties["push_destination"])
        refusal = _refusal(input_dict)
        if refusal:
            _record_refusal(pushed_model, refusal)
            return
        model_path = _path_to_push(input_dict)
        fingerprint = _validated_fingerprint(model_path, input_dict)
        # The push comes last: if anything before it fails, nothing has been pushed.
        copy_verified(model_path, pushed_model.uri, fingerprint)
        version_path = _push(model_path, fingerprint, destination)
        _record_push(pushed_model, version_path, destination.filesystem)


def _refusal(inputs: Inputs) -> str:
    """Why the model must not be pushed; empty if it may be."""
    blessings = list(_blessings(inputs))
    if not blessings:
        _LOG.warning("The model is pushed without a blessing: nothing says that it is good.")
    for key, blessing in blessings:
        if blessing.get_int_custom_property("blessed") != 1:
            reason = blessing.get_string_custom_property("not_blessed_reason")
            return f"{key} does not bless the model" + (f": {reason}" if reason else "")
    return ""


def _blessings(inputs: Inputs) -> Iterator[tuple[str, Artifact]]:
    return ((key, blessing) for key in _BLESSINGS for blessing in inputs.get(key, []))


def _path_to_push(inputs: Inputs) -> str:
    """Directory of the files to push.

    Raises:
        DataError: there is no model, or it has nothing that can be served.
    """
    models = inputs.get("model", [])
    if models:
        return _existing(serving_directory(get_single_instance(list(models))))
    for blessing in inputs.get("infra_blessing", []):
        if blessing.get_int_custom_property("has_model"):
            return _existing(stamped_directory(blessing))
    raise DataError(
        "Pusher got no model: the 'model' input is empty and 'infra_blessing' holds no stamped "
        "model. Pass a channel of 'Model' that has an artifact."
    )


def _existing(path: str) -> str:
    if not files.has_file(path):
        raise DataError(
            f"There is no model to push at {path!r}: expected a directory with files, as Trainer "
            "writes it."
        )
    return path


def _validated_fingerprint(model_path: str, inputs: Inputs) -> str:
    """The fingerprint of the files to push, which are those that the blessings are for.

    Raises:
        DataError: a blessing is for other files.
    """
    fingerprint = files.fingerprint(model_path)
    expected = fingerprint
    if not inputs.get("model"):
        (infra_blessing,) = inputs["infra_blessing"]
        _check(model_path, fingerprint, "infra_blessing", infra_blessing, STAMPED_MODEL_FINGERPRINT)
        # The stamped model has more files than the one that it was made of.
        expected = infra_blessing.get_string_custom_property(MODEL_FINGERPRINT)
    for key, blessing in _blessings(inputs):
        _check(model_path, expected, key, blessing, MODEL_FINGERPRINT)
    return fingerprint


def _check(model_path: str, fingerprint: str, key: str, blessing: Artifact, name: str) -> None:
    validated = blessing.get_string_custom_property(name)
    if validated and fingerprint and validated != fingerprint:
        raise DataError(
            f"The model at {model_path!r} is not the one that {key} is for: its fingerprint is "
            f"{fingerprint}, that of the validated files was {validated}. Either its files were "
            "changed after they had been validated, or the blessing is another model's. Run the "
            "pipeline again without the cache, so that what is pushed is what was validated."
        )


def _push(model_path: str, fingerprint: str, destination: PushDestination) -> str:
    filesystem, server = destination.filesystem, destination.model_server
    ended_before = server is not None and _has_ended(server, filesystem.version)
    directory = _directory(filesystem)
    try:
        version_path = directory.push(model_path, fingerprint)
    except DataError:
        raise
    except Exception as error:  # a store's client has errors of its own, which fsspec lets through
        raise DataError(
            f"Cannot push to {filesystem.base_directory!r}: {error}. push_destination needs a "
            "directory that can be made or written."
        ) from error
    if server is not None:
        _wait_or_roll_back(server, directory, version_path, ended_before)
    return version_path


def _directory(filesystem: FilesystemDestination) -> Directory:
    kind = LocalDirectory if files.is_local(filesystem.base_directory) else ObjectStore
    return kind(filesystem.base_directory, filesystem.version)


def _has_ended(server: WatchingServer, version: int | None) -> bool:
    return version is not None and ask(server, str(version)).state == "END"


def _wait_or_roll_back(
    server: WatchingServer, directory: Directory, version_path: str, ended_before: bool
) -> None:
    try:
        wait_until_available(server, posixpath.basename(version_path), ended_before)
    except DataError as error:
        if not server.roll_back:
            raise DataError(f"{error} The version stays at {version_path!r}.") from None
        _withdraw(directory, version_path, error)
        raise DataError(f"{error} The version was removed from {version_path!r}.") from None


def _withdraw(directory: Directory, version_path: str, why: DataError) -> None:
    try:
        directory.withdraw(version_path)
    except Exception as error:
        raise DataError(
            f"{why} The version could not be removed, remove it yourself: {error}."
        ) from error


def _record_refusal(pushed_model: Artifact, reason: str) -> None:
    pushed_model.set_int_custom_property("pushed", 0)
    pushed_model.set_string_custom_property("not_pushed_reason", reason)
    _LOG.warning("Nothing is pushed: %s.", reason)


def _record_push(
    pushed_model: Artifact, version_path: str, filesystem: FilesystemDestination
) -> None:
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_destination", version_path)
    pushed_model.set_string_custom_property("pushed_version", posixpath.basename(version_path))
    outside.stands_for(pushed_model, version_path, newest=filesystem.version is None)
    _LOG.info("The model is pushed to %s.", version_path)
