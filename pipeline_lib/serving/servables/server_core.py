"""What a server serves as a whole: models and labels by configuration, reloaded while it runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.manager import ServableManager
from pipeline_lib.serving.servables.model_config import ModelConfig
from pipeline_lib.serving.servables.servable import (
    ModelReference,
    ServableId,
    VersionState,
    VersionStatus,
)
from pipeline_lib.serving.servables.serving_map import Lease
from pipeline_lib.serving.servables.source import FileSystemSource

_Labels = Mapping[str, Mapping[str, int]]


class ServerCore:
    """The models of a server; implements `handles.Servables`, labels included.

    Args:
        manager: loads and keeps the versions; stopped with the core.
        source: says which are wanted; stopped with the core.
        labels_for_unavailable_models: a label may be given to a version that is not available,
            unless it stands for another one already
            (`--allow_version_labels_for_unavailable_models`).

    Source: tensorflow_serving/model_servers/server_core.h.
    """

    def __init__(
        self,
        manager: ServableManager,
        source: FileSystemSource,
        *,
        labels_for_unavailable_models: bool = False,
    ) -> None:
        self._manager = manager
        self._source = source
        self._labels_for_unavailable_models = labels_for_unavailable_models
        self._reloading = threading.Lock()
        self._configs: dict[str, ModelConfig] = {}
        self._labels: _Labels = {}  # replaced as a whole, read without a lock
        self._stopping = False

    @property
    def models(self) -> tuple[ModelConfig, ...]:
        """The models that are configured now."""
        return tuple(self._configs.values())

    def handle(self, reference: ModelReference) -> Lease:
        """Use the version that the reference means, for the time of a `with` block.

        Raises:
            ServingError: INVALID_ARGUMENT, it names no model, or a label that does not exist;
                on entering the block NOT_FOUND, no such model or version is available.
        """
        if reference.label is not None:
            version = self.version_of_label(reference.name, reference.label)
            reference = ModelReference(reference.name, version)
        if not reference.name:
            raise _invalid("ModelSpec has no name specified.")
        return self._manager.handle(reference)

    def version_of_label(self, name: str, label: str) -> int:
        """The version of a model that a label stands for.

        Raises:
            ServingError: INVALID_ARGUMENT, there is no such label.
        """
        version = self._labels.get(name, {}).get(label)
        if version is None:
            raise _invalid(f"Unrecognized servable version label: {label}")
        return version

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, the newest first; of one version if it is given.

        Raises:
            ServingError: NOT_FOUND, no such model or version is known.
        """
        return self._manager.statuses(name, version)

    def reload(self, configs: Sequence[ModelConfig], timeout_s: float | None = None) -> None:
        """Serve these models and no others, and wait until the new ones among them are loaded.

        A model that is new is waited for until all its wanted versions are available or have
        failed, and at least one is available; one whose base path holds no version yet is waited
        for until it does.

        Args:
            configs: all models to serve; those not among them are unloaded.
            timeout_s: how long to wait, in seconds; `None` is for ever.

        Raises:
            ServingError: INVALID_ARGUMENT or FAILED_PRECONDITION, the configuration is refused and
                nothing has changed. UNKNOWN, some new models could not be loaded, and
                DEADLINE_EXCEEDED, some are not loaded yet: the configuration is in force.
        """
        with self._reloading:
            self._check(configs)
            labels = self._checked_labels(configs)
            new = [config.name for config in configs if config.name not in self._configs]
            self._source.set_models(configs)
            self._configs = {config.name: config for config in configs}
            self._labels = labels
            self._source.poll()
            self._source.start()
        # Not under the lock: a model that never comes must not hold up the reload that removes it.
        self._await(new, timeout_s)

    def stop(self, timeout_s: float | None = None) -> bool:
        """Watch no more and unload everything; whether that was done in time, in seconds."""
        self._stopping = True
        self._source.stop()
        return self._manager.stop(timeout_s)

    def _check(self, configs: Sequence[ModelConfig]) -> None:
        seen: set[str] = set()
        for config in configs:
            if config.name in seen:
                raise _invalid(f"Illegal to list model {config.name} multiple times in config list")
            seen.add(config.name)
            if "://" not in config.base_path and not os.path.isabs(config.base_path):
                raise _invalid(
                    f"Expected model {config.name} to have an absolute path or URI; got "
                    f"base_path()={config.base_path}"
                )
            if config.platform not in self._manager.platforms:
                raise _invalid(
                    f"Model {config.name} requests unsupported platform {config.platform}"
                )
            before = self._configs.get(config.name, config).platform
            if config.platform != before:
                raise _invalid(
                    f"Illegal to change a model's platform. For model {config.name} platform was "
                    f"{before} and new platform requested is {config.platform}"
                )

    def _checked_labels(self, configs: Sequence[ModelConfig]) -> _Labels:
        for config in configs:
            for label, version in config.version_labels.items():
                if not self._may_label(config.name, label, version):
                    raise ServingError(
                        StatusCode.FAILED_PRECONDITION,
                        f"Request to assign label to version {version} of model {config.name}, "
                        "which is not currently available for inference",
                    )
        return {config.name: dict(config.version_labels) for config in configs}

    def _may_label(self, name: str, label: str, version: int) -> bool:
        if self._labels_for_unavailable_models:
            existing = self._labels.get(name, {}).get(label)
            if existing in (None, version):
                return True
        return self._manager.is_available(name, version)

    def _await(self, names: Sequence[str], timeout_s: float | None) -> None:
        settled = self._manager.wait_until(
            lambda: self._stopping or all(map(self._settled, names)), timeout_s
        )
        if self._stopping:
            raise ServingError(StatusCode.UNAVAILABLE, "The server is stopping.")
        waiting = [name for name in names if not self._settled(name)]
        if not settled and waiting:
            raise ServingError(
                StatusCode.DEADLINE_EXCEEDED,
                f"After {timeout_s} seconds these models have not been loaded: "
                f"{', '.join(waiting)}. Loading goes on.",
            )
        _raise_for_failures([(n, s) for n in names if (s := self._manager.aspired_statuses(n))])

    def _settled(self, name: str) -> bool:
        statuses = self._manager.aspired_statuses(name)
        ended = (VersionState.AVAILABLE, VersionState.END)
        if statuses:
            return all(status.state in ended for status in statuses)
        return name not in self._configs


def _raise_for_failures(models: Sequence[tuple[str, Sequence[VersionStatus]]]) -> None:
    failed = [
        (ServableId(name, statuses[0].version), statuses[0].error)
        for name, statuses in models
        if not any(status.state is VersionState.AVAILABLE for status in statuses)
    ]
    if failed:
        told = "".join(
            f"{{{id}{f' due to error: {error.code.name}: {error.message}' if error else ''}}}, "
            for id, error in failed
        )
        raise ServingError(
            StatusCode.UNKNOWN, f"{len(failed)} model(s) did not become available: {{{told}}}"
        )


def _invalid(message: str) -> ServingError:
    return ServingError(StatusCode.INVALID_ARGUMENT, message)
