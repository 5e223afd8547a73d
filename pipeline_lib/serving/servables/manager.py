"""Loads the versions that are wanted, hands them to requests, and unloads the others."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.availability import Load, VersionView, next_action
from pipeline_lib.serving.servables.handles import Handle
from pipeline_lib.serving.servables.loader import Loader, Servable
from pipeline_lib.serving.servables.managed_version import ManagedVersion
from pipeline_lib.serving.servables.servable import (
    ModelReference,
    ServableId,
    VersionState,
    VersionStatus,
)
from pipeline_lib.serving.servables.serving_map import Lease, ServingMap
from pipeline_lib.serving.servables.status_log import StatusLog

_log = logging.getLogger(__name__)


@dataclass
class _Model:
    loader: Loader
    wanted: Mapping[int, str] = field(default_factory=dict)
    managed: dict[int, ManagedVersion] = field(default_factory=dict)


class ServableManager:
    """Keeps the aspired versions of models loaded; implements `handles.Servables`.

    The new version is available before the old one is unloaded, and a version is not unloaded
    before the last request that uses it is done. A version that could not be loaded is not tried
    again after its retries until it has been given up and is wanted anew.

    Args:
        loaders: a loader for each platform.
        max_load_retries: how often a failed load is tried again.
        load_retry_interval_s: time between two tries, in seconds.
        load_threads: how many versions load at once.
        unload_threads: how many versions unload at once.

    Source: tensorflow_serving/core/aspired_versions_manager.h and basic_manager.h.
    """

    def __init__(
        self,
        loaders: Mapping[str, Loader],
        *,
        max_load_retries: int = 5,
        load_retry_interval_s: float = 60.0,
        load_threads: int = 2,
        unload_threads: int = 1,
    ) -> None:
        self._loaders = dict(loaders)
        self._max_load_retries = max_load_retries
        self._load_retry_interval_s = load_retry_interval_s
        self._load_pool = ThreadPoolExecutor(load_threads, "load-servable")
        self._unload_pool = ThreadPoolExecutor(unload_threads, "unload-servable")
        # One lock guards everything but the way of a request through the serving map.
        self._changed = threading.Condition()
        self._models: dict[str, _Model] = {}
        self._serving = ServingMap()
        self._log = StatusLog()
        self._stopped = False

    @property
    def platforms(self) -> frozenset[str]:
        """The platforms that it has a loader for."""
        return frozenset(self._loaders)

    def handle(self, reference: ModelReference) -> Lease:
        """Use the version that the reference means, for the time of a `with` block.

        Raises:
            ServingError: NOT_FOUND on entering the block, no such model or version is available.
        """
        return self._serving.handle(reference)

    def statuses(self, name: str, version: int | None = None) -> tuple[VersionStatus, ...]:
        """How the versions of a model stand, the newest first; of one version if it is given.

        Raises:
            ServingError: NOT_FOUND, no such model or version is known.
        """
        with self._changed:
            return self._log.statuses(name, version)

    def is_available(self, name: str, version: int) -> bool:
        """Whether requests can use that version of a model."""
        return self._serving.is_available(name, version)

    def aspire(self, name: str, versions: Mapping[int, str], platform: str = "tensorflow") -> None:
        """Want these versions of a model, and no others.

        Args:
            name: name of the model.
            versions: directory of each version by its number.
            platform: says which loader loads them.

        Raises:
            ServingError: INVALID_ARGUMENT, there is no loader for that platform.
        """
        loader = self._loaders.get(platform)
        if loader is None:
            raise ServingError(
                StatusCode.INVALID_ARGUMENT,
                f"Model {name} requests unsupported platform {platform}",
            )
        with self._changed:
            if self._stopped:
                return
            model = self._models.setdefault(name, _Model(loader))
            model.loader, model.wanted = loader, dict(versions)
            self._manage(name)

    def forget(self, name: str) -> None:
        """Want no version of a model any more; how its versions ended stays known."""
        with self._changed:
            if name in self._models:
                self._models[name].wanted = {}
                self._manage(name)
            self._changed.notify_all()

    def aspired_statuses(self, name: str) -> tuple[VersionStatus, ...]:
        """How the versions stand that are wanted of a model, the newest first; none if none is."""
        with self._changed:
            managed = self._models[name].managed if name in self._models else {}
            aspired = sorted(
                (v for v in managed.values() if v.aspired), key=lambda v: -v.id.version
            )
            return tuple(version.status for version in aspired)

    def wait_until(self, predicate: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Wait until something is true, asked again when a version or a model changes its state.

        Args:
            predicate: quick and without side effects; may ask for `statuses`.
            timeout_s: how long to wait, in seconds; `None` is for ever.

        Returns:
            What the predicate said last.
        """
        with self._changed:
            return self._changed.wait_for(predicate, timeout_s)

    def stop(self, timeout_s: float | None = None) -> bool:
        """Unload everything, waiting for requests in flight and loads under way.

        Args:
            timeout_s: how long to wait, in seconds; `None` is for ever.

        Returns:
            Whether everything has ended.
        """
        with self._changed:
            self._stopped = True
            for name in list(self._models):
                self.forget(name)
            self._changed.notify_all()
            ended = self._changed.wait_for(lambda: not self._models, timeout_s)
        if ended:
            self._load_pool.shutdown()
            self._unload_pool.shutdown()
        return ended

    def _manage(self, name: str) -> None:
        """Start whatever is to be done for a model now; the lock is held."""
        model = self._models[name]
        self._update_aspirations(name, model)
        while action := next_action(
            [VersionView(v.id.version, v.stage, v.aspired) for v in model.managed.values()]
        ):
            version = model.managed[action.number]
            if isinstance(action, Load):
                version.load_requested = True
                self._load_pool.submit(self._load, version)
            else:
                self._retire(version)
        if not model.managed and not model.wanted:
            del self._models[name]

    def _update_aspirations(self, name: str, model: _Model) -> None:
        for number, version in list(model.managed.items()):
            version.aspired = number in model.wanted
            if not version.aspired and version.retry is not None:
                version.retry.cancel()
                self._end(version, version.error)
            if not version.aspired and version.state is VersionState.END:
                del model.managed[number]
        for number, path in model.wanted.items():
            if number not in model.managed:
                version = ManagedVersion(ServableId(name, number), path, model.loader)
                model.managed[number] = version
                self._record(version, VersionState.START)

    def _load(self, version: ManagedVersion) -> None:
        """Try once to load a version; runs in a load thread."""
        with self._changed:
            version.retry = None
            if version.state is VersionState.END:
                return
            if not version.aspired:
                self._end(version, version.error or _CANCELLED)
                self._manage(version.id.name)
                return
            self._record(version, VersionState.LOADING)
        _log.info("Loading servable version %s", version.id)
        try:
            servable = version.loader.load(version.path)
        except BaseException as error:
            self._load_failed(version, _as_serving_error(error))
        else:
            self._loaded(version, servable)

    def _loaded(self, version: ManagedVersion, servable: Servable) -> None:
        with self._changed:
            version.handle = Handle(version.id, servable)
            self._record(version, VersionState.AVAILABLE)
            _log.info("Successfully loaded servable version %s", version.id)
            self._manage(version.id.name)

    def _load_failed(self, version: ManagedVersion, error: ServingError) -> None:
        _log.error("Servable: %s load failure: %s: %s", version.id, error.code.name, error.message)
        with self._changed:
            version.attempts += 1
            version.error = error
            if version.aspired and version.attempts <= self._max_load_retries:
                version.retry = threading.Timer(
                    self._load_retry_interval_s, self._load_again, [version]
                )
                version.retry.daemon = True
                version.retry.start()
                return
            self._end(version, error)
            self._manage(version.id.name)

    def _load_again(self, version: ManagedVersion) -> None:
        with self._changed:
            if version.state is not VersionState.END:
                _log.info(
                    "Retrying load on servable version: %s retry: %d",
                    version.id,
                    version.attempts,
                )
                self._load_pool.submit(self._load, version)

    def _retire(self, version: ManagedVersion) -> None:
        self._record(version, VersionState.UNLOADING)
        version.retire(functools.partial(self._unload_soon, version))

    def _unload_soon(self, version: ManagedVersion) -> None:
        self._unload_pool.submit(self._unload, version)

    def _unload(self, version: ManagedVersion) -> None:
        """Free a version that nobody uses any more; runs in an unload thread."""
        assert version.handle is not None
        servable, version.handle = version.handle.servable, None
        try:
            servable.close()
        except BaseException:
            _log.exception("Servable %s could not be closed", version.id)
        del servable
        with self._changed:
            del self._models[version.id.name].managed[version.id.version]
            self._end(version, None)
            self._manage(version.id.name)

    def _end(self, version: ManagedVersion, error: ServingError | None) -> None:
        version.error = error
        self._record(version, VersionState.END)

    def _record(self, version: ManagedVersion, state: VersionState) -> None:
        """Let a version enter a state, visible to requests and to those who wait; lock held."""
        served = VersionState.AVAILABLE in (version.state, state)
        version.state = state
        if served:
            managed = self._models[version.id.name].managed.values()
            self._serving.replace(
                version.id.name, [v for v in managed if v.state is VersionState.AVAILABLE]
            )
        self._log.record(version.id.name, version.status)
        self._changed.notify_all()


_CANCELLED = ServingError(StatusCode.CANCELLED, "Load cancelled before we could try to load.")


def _as_serving_error(error: BaseException) -> ServingError:
    if isinstance(error, ServingError):
        return error
    return ServingError(StatusCode.UNKNOWN, f"{type(error).__name__}: {error}")
