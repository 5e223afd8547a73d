"""The manager's own decisions, with a loader of nothing where only their timing matters."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.servables.manager import ServableManager
from pipeline_lib.serving.servables.servable import ModelReference, VersionState, VersionStatus
from tests.serving.servables.fake_loader import FakeLoader, FakeServable
from tests.whole_message import raises

START, LOADING, AVAILABLE, UNLOADING, END = VersionState
M = ModelReference("m")


@pytest.fixture
def loader() -> FakeLoader:
    return FakeLoader()


@pytest.fixture
def manager(loader: FakeLoader) -> Iterator[ServableManager]:
    manager = ServableManager({"tensorflow": loader}, max_load_retries=0)
    yield manager
    assert manager.stop(30)


def states(manager: ServableManager) -> dict[int, VersionState]:
    try:
        return {status.version: status.state for status in manager.statuses("m")}
    except ServingError:
        return {}


def wait_for(manager: ServableManager, expected: dict[int, VersionState]) -> None:
    assert manager.wait_until(lambda: states(manager) == expected, 30), states(manager)


def latest(manager: ServableManager) -> int:
    with manager.handle(M) as handle:
        return handle.id.version


def test_a_version_goes_through_its_states_and_is_used(
    manager: ServableManager, loader: FakeLoader
) -> None:
    go_on = loader.hold("/1")
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: LOADING})
    go_on.set()
    wait_for(manager, {1: AVAILABLE})
    with manager.handle(ModelReference("m", 1)) as handle:
        assert handle.servable is loader.loaded[0]
    manager.aspire("m", {})
    wait_for(manager, {1: END})
    assert manager.statuses("m") == (VersionStatus(1, END, None),)
    assert loader.loaded[0].closed == 1


def test_the_new_version_is_up_before_the_old_one_goes(
    manager: ServableManager, loader: FakeLoader
) -> None:
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    go_on = loader.hold("/2")
    manager.aspire("m", {2: "/2"})
    wait_for(manager, {1: AVAILABLE, 2: LOADING})
    assert latest(manager) == 1
    go_on.set()
    wait_for(manager, {1: END, 2: AVAILABLE})
    assert latest(manager) == 2


def test_the_old_version_stays_where_the_new_one_cannot_be_loaded(
    manager: ServableManager, loader: FakeLoader
) -> None:
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    error = ServingError(StatusCode.NOT_FOUND, "no variables")
    loader.errors["/2"] = [error]
    manager.aspire("m", {2: "/2"})
    wait_for(manager, {1: AVAILABLE, 2: END})
    manager.aspire("m", {2: "/2"})
    assert manager.statuses("m", 2) == (VersionStatus(2, END, error),)
    assert latest(manager) == 1
    assert loader.tries["/2"] == 1


def test_the_highest_of_several_is_loaded_first_and_is_the_latest(loader: FakeLoader) -> None:
    manager = ServableManager({"tensorflow": loader}, load_threads=1)
    manager.aspire("m", {1: "/1", 3: "/3", 2: "/2"})
    wait_for(manager, dict.fromkeys((1, 2, 3), AVAILABLE))
    assert [servable.path for servable in loader.loaded] == ["/3", "/2", "/1"]
    assert latest(manager) == 3
    assert [status.version for status in manager.statuses("m")] == [3, 2, 1]
    assert manager.stop(30)


def test_a_request_in_flight_keeps_its_version(
    manager: ServableManager, loader: FakeLoader
) -> None:
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    with ExitStack() as requests:
        used = [requests.enter_context(manager.handle(M)) for _ in range(3)]
        manager.aspire("m", {2: "/2"})
        wait_for(manager, {1: UNLOADING, 2: AVAILABLE})
        assert latest(manager) == 2
        used[0].servable.run("", {})
        with raises(ServingError, "Servable not found for request: Specific(m, 1)"):
            manager.handle(ModelReference("m", 1)).__enter__()
        assert loader.loaded[0].closed == 0
    wait_for(manager, {1: END, 2: AVAILABLE})
    assert loader.loaded[0].closed == 1


def test_a_version_that_is_wanted_again_while_it_goes_comes_back(
    manager: ServableManager, loader: FakeLoader
) -> None:
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    with manager.handle(M):
        manager.aspire("m", {})
        wait_for(manager, {1: UNLOADING})
        manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    assert manager.wait_until(lambda: len(loader.loaded) == 2, 30)


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValueError("odd"), "ValueError: odd"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt: "),
        (MemoryError("full"), "MemoryError: full"),
    ],
)
def test_whatever_a_loader_raises_ends_the_version_and_not_the_thread(
    manager: ServableManager, loader: FakeLoader, raised: BaseException, told: str
) -> None:
    loader.errors["/1"] = [raised] * 3
    manager.aspire("m", {1: "/1", 2: "/1", 3: "/1"})
    wait_for(manager, dict.fromkeys((1, 2, 3), END))
    (status,) = manager.statuses("m", 2)
    assert status.error is not None
    assert (status.error.code, status.error.message) == (StatusCode.UNKNOWN, told)
    manager.aspire("m", {4: "/4"})
    assert manager.wait_until(lambda: states(manager)[4] is AVAILABLE, 30)


def test_a_failed_load_is_tried_again(loader: FakeLoader) -> None:
    manager = ServableManager(
        {"tensorflow": loader}, max_load_retries=2, load_retry_interval_s=0.001
    )
    loader.errors = {"/1": [OSError("1"), OSError("2")], "/2": [OSError(str(n)) for n in range(9)]}
    manager.aspire("m", {1: "/1", 2: "/2"})
    wait_for(manager, {1: AVAILABLE, 2: END})
    assert loader.tries == {"/1": 3, "/2": 3}
    (status,) = manager.statuses("m", 2)
    assert str(status.error) == "OSError: 2"
    assert manager.stop(30)


def test_a_version_that_is_not_wanted_any_more_is_not_tried_again(loader: FakeLoader) -> None:
    manager = ServableManager({"tensorflow": loader}, load_retry_interval_s=3600)
    loader.errors["/1"] = [OSError("gone")]
    manager.aspire("m", {1: "/1"})
    assert manager.wait_until(lambda: bool(loader.tries) and not loader.errors["/1"], 30)
    assert states(manager) == {1: LOADING}
    manager.aspire("m", {})
    wait_for(manager, {1: END})
    assert manager.stop(30)
    assert loader.tries == {"/1": 1}


def test_a_failed_version_is_loaded_when_it_is_wanted_anew(
    manager: ServableManager, loader: FakeLoader
) -> None:
    loader.errors["/1"] = [OSError("not copied yet")]
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: END})
    manager.aspire("m", {})
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})


def test_a_version_that_waits_for_a_thread_is_not_loaded_any_more(loader: FakeLoader) -> None:
    manager = ServableManager({"tensorflow": loader}, load_threads=1)
    go_on = loader.hold("/2")
    manager.aspire("m", {1: "/1", 2: "/2"})
    wait_for(manager, {1: START, 2: LOADING})
    manager.aspire("m", {2: "/2"})
    go_on.set()
    wait_for(manager, {1: END, 2: AVAILABLE})
    (status,) = manager.statuses("m", 1)
    assert status.error is not None
    assert status.error.code is StatusCode.CANCELLED
    assert status.error.message == "Load cancelled before we could try to load."
    assert manager.stop(30)


def test_a_servable_that_cannot_be_closed_has_ended(
    manager: ServableManager, loader: FakeLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(servable: FakeServable) -> None:
        raise SystemExit

    monkeypatch.setattr(FakeServable, "close", refuse)
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    manager.forget("m")
    wait_for(manager, {1: END})


def test_stop_waits_for_requests_as_long_as_it_may(loader: FakeLoader) -> None:
    manager = ServableManager({"tensorflow": loader})
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    with manager.handle(M):
        assert not manager.stop(0)
        manager.aspire("m", {2: "/2"})
        assert states(manager) == {1: UNLOADING}
    assert manager.stop(30)
    assert states(manager) == {1: END}


@pytest.mark.parametrize(
    ("reference", "code", "message"),
    [
        (
            ModelReference("n"),
            StatusCode.NOT_FOUND,
            "Servable not found for request: Latest(n)",
        ),
        (
            ModelReference("m", 5),
            StatusCode.NOT_FOUND,
            "Servable not found for request: Specific(m, 5)",
        ),
        (
            ModelReference("m", label="stable"),
            StatusCode.INVALID_ARGUMENT,
            "Unrecognized servable version label: stable",
        ),
    ],
)
def test_what_is_not_served_is_not_found(
    manager: ServableManager, reference: ModelReference, code: StatusCode, message: str
) -> None:
    manager.aspire("m", {1: "/1"})
    wait_for(manager, {1: AVAILABLE})
    with raises(ServingError, message):
        manager.handle(reference).__enter__()
    with pytest.raises(ServingError) as caught:
        manager.handle(reference).__enter__()
    assert caught.value.code is code


def test_what_is_not_known_has_no_status(manager: ServableManager) -> None:
    with raises(ServingError, "Could not find any versions of model m"):
        manager.statuses("m")
    manager.aspire("m", {1: "/1"})
    with raises(ServingError, "Could not find version 2 of model m"):
        manager.statuses("m", 2)


def test_a_platform_without_a_loader_is_refused(manager: ServableManager) -> None:
    with raises(ServingError, "Model m requests unsupported platform torch"):
        manager.aspire("m", {1: "/1"}, "torch")


def test_requests_never_get_a_closed_version_while_versions_roll(loader: FakeLoader) -> None:
    """Eight threads use whatever is served while 100 versions come and go; nothing is left over."""
    manager = ServableManager({"tensorflow": loader}, load_threads=3, unload_threads=2)
    manager.aspire("m", {0: "/0"})
    wait_for(manager, {0: AVAILABLE})
    stop = threading.Event()
    failures: list[BaseException] = []

    def use() -> None:
        try:
            while not stop.is_set():
                with manager.handle(M) as outer, manager.handle(M) as inner:
                    outer.servable.run("", {})
                    inner.servable.run("", {})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    chance = random.Random(4)
    for number in range(1, 100):
        wanted = {number: f"/{number}"}
        if chance.random() < 0.5:
            wanted[number - 1] = f"/{number - 1}"
        manager.aspire("m", wanted)
        if chance.random() < 0.3:
            assert manager.wait_until(_is_available(manager, number), 30)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert manager.stop(30)
    assert [servable.path for servable in loader.loaded if servable.closed != 1] == []
    references = [weakref.ref(servable) for servable in loader.loaded]
    loader.loaded.clear()
    gc.collect()
    assert not any(reference() for reference in references)


def _is_available(manager: ServableManager, number: int) -> Callable[[], bool]:
    return lambda: manager.is_available("m", number)


def test_only_so_many_ended_versions_are_remembered(manager: ServableManager) -> None:
    for number in range(1200):
        manager.aspire("m", {number: "/"})
    manager.aspire("m", {})
    assert manager.wait_until(lambda: all(s is END for s in states(manager).values()), 30)
    assert len(states(manager)) <= 1000
    assert max(states(manager)) == 1199
