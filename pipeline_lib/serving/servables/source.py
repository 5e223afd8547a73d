"""Watches the base paths of models and says which of their versions are wanted."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.model_config import ModelConfig, Specific

_log = logging.getLogger(__name__)

_NUMBER = re.compile(r"[0-9]+")
_LARGEST = 2**63 - 1


class Target(Protocol):
    """What is told which versions are wanted: the manager."""

    def aspire(self, name: str, versions: Mapping[int, str], platform: str = "tensorflow") -> None:
        """Want these versions of a model, and no others."""

    def forget(self, name: str) -> None:
        """Want no version of a model any more."""


class FileSystemSource:
    """Looks again and again which versions lie under the base paths of its models.

    A folder whose name is a whole number is a version, leading zeros allowed; everything else is
    skipped, so that a version that is still being copied under another name is not seen. What a
    base path that cannot be read once held stays wanted.

    Args:
        target: told which versions are wanted.
        poll_seconds: time between two looks, in seconds; with 0 or less it looks only when `poll`
            is called.
        versions_always_present: a base path without versions unloads nothing.

    Source: tensorflow_serving/sources/storage_path/file_system_storage_path_source.h.
    """

    def __init__(
        self, target: Target, poll_seconds: float = 1.0, *, versions_always_present: bool = False
    ) -> None:
        self._target = target
        self._poll_seconds = poll_seconds
        self._versions_always_present = versions_always_present
        self._lock = threading.Lock()
        self._models: dict[str, ModelConfig] = {}
        self._warned: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def set_models(self, configs: Sequence[ModelConfig]) -> None:
        """Watch these models and no others; the next look finds their versions.

        Raises:
            ServingError: INVALID_ARGUMENT, a base path is not on this machine's file system.
        """
        for config in configs:
            _check_is_local(config)
        with self._lock:
            models = {config.name: config for config in configs}
            for name in self._models.keys() - models.keys():
                self._warned.pop(name, None)
                self._target.forget(name)
            self._models = models

    def start(self) -> None:
        """Look every `poll_seconds` from now on."""
        if self._poll_seconds > 0 and self._thread is None:
            thread = threading.Thread(target=self._keep_polling, name="poll", daemon=True)
            thread.start()
            self._thread = thread  # not before: `stop` may join it at any moment

    def poll(self) -> None:
        """Look once, and tell the target."""
        with self._lock:
            for config in self._models.values():
                self._poll_model(config)

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _keep_polling(self) -> None:
        while not self._stopping.wait(self._poll_seconds):
            try:
                self.poll()
            except Exception:  # the next look may well succeed
                _log.exception("The base paths could not be polled")

    def _poll_model(self, config: ModelConfig) -> None:
        try:
            existing = existing_versions(config)
        except ServingError as error:
            self._warn(config.name, error.message)
            return
        wanted = config.version_policy.wanted(existing)
        self._warn(config.name, _complaint(config, existing, wanted))
        if wanted or not self._versions_always_present:
            self._target.aspire(config.name, wanted, config.platform)

    def _warn(self, name: str, complaint: str) -> None:
        """Log what is wrong when it begins to be wrong, not at every look."""
        if complaint != self._warned.get(name, ""):
            if complaint:
                _log.warning("%s", complaint)
            self._warned[name] = complaint


def existing_versions(config: ModelConfig) -> dict[int, str]:
    """The directories of the versions under a model's base path, by version.

    Of two folders for one version, `1` and `01`, the last by name is taken.

    Raises:
        ServingError: INVALID_ARGUMENT, the base path cannot be read.
    """
    try:
        with os.scandir(config.base_path) as entries:
            folders = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError as error:
        reason = (
            f"NOT_FOUND: {config.base_path} not found"
            if isinstance(error, FileNotFoundError)
            else str(error)
        )
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"Could not find base path {config.base_path} for servable {config.name} with error "
            f"{reason}",
        ) from error
    return {
        int(name): os.path.join(config.base_path, name)
        for name in folders
        if _NUMBER.fullmatch(name) and int(name) <= _LARGEST
    }


def _complaint(config: ModelConfig, existing: Mapping[int, str], wanted: Mapping[int, str]) -> str:
    if isinstance(config.version_policy, Specific):
        missing = config.version_policy.missing(existing)
        if missing:
            return (
                f"Version {', '.join(map(str, missing))} of servable {config.name}, which was "
                "requested to be served as a 'specific' version in the servable's version policy, "
                "was not found in the file system"
            )
    if not wanted:
        return (
            f"No versions of servable {config.name} found under base path {config.base_path}. Did "
            "you forget to name your leaf directory as a number (eg. '/1/')?"
        )
    return ""


def _check_is_local(config: ModelConfig) -> None:
    if "://" in config.base_path:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            f"Model {config.name} has base_path {config.base_path}, which is not on this machine's "
            "file system. Mount it there, or copy its versions and serve the copy.",
        )
