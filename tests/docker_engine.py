"""A real Docker engine, and images made on this machine, for the tests that run containers.

The engine is the one that `DOCKER_HOST` names or that is at Docker's usual socket; where none
answers, one of the test session's own, which takes root and `dockerd`. Without either, what asks
for `docker_engine` is skipped.
"""

from __future__ import annotations

import ctypes
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BASE_IMAGE = "localhost/python-base:2"
"""Debian with Python 3.11, sh, awk, grep and Perl."""

_REPOSITORY = Path(__file__).parents[1]
_CACHE = _REPOSITORY / ".cache" / "docker"
_USUAL_SOCKET = "unix:///var/run/docker.sock"
_TIME_TO_START_S = 30
_TIME_TO_END_S = 20
_PR_SET_PDEATHSIG = 1
PYTHON_IN_IMAGES = "3.11"
"""Of the base image: Debian bookworm's."""


@dataclass(frozen=True)
class DockerEngine:
    """An engine that answers.

    Attributes:
        host: as `DOCKER_HOST` names it, which is set to it in this process.
        client: of docker-py.
    """

    host: str
    client: Any

    @contextmanager
    def tagged(self, image: str) -> Iterator[str]:
        """Another name of an image, for the time of a `with` block."""
        name = f"localhost/plib-tests:{uuid.uuid4().hex}"
        repository, _, tag = name.rpartition(":")
        self.client.images.get(image).tag(repository, tag)
        try:
            yield name
        finally:
            self.untag(name)

    @contextmanager
    def named(self, name: str, image: str) -> Iterator[None]:
        """Let `name` be a name of `image` for a `with` block, if it is the name of none."""
        import docker

        try:
            self.client.images.get(name)
        except docker.errors.ImageNotFound:
            repository, _, tag = name.rpartition(":")
            self.client.images.get(image).tag(repository, tag)
        else:
            yield
            return
        try:
            yield
        finally:
            self.untag(name)

    @contextmanager
    def built(self, folder: Path) -> Iterator[str]:
        """Name of the image that the `Dockerfile` in a folder makes, for a `with` block."""
        name = f"localhost/plib-tests:{uuid.uuid4().hex}"
        self.client.images.build(path=str(folder), tag=name, rm=True, forcerm=True)
        try:
            yield name
        finally:
            self.untag(name)

    def untag(self, name: str) -> None:
        """Remove a name; and the image, where it was its last one."""
        with suppress(Exception):  # a container may hold it still
            self.client.images.remove(name)


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[DockerEngine]:
    """A Docker engine; `DOCKER_HOST` is set to it until the session ends."""
    pytest.importorskip("docker", reason="the package 'docker' is not installed")
    with ExitStack() as stack:
        host = os.environ.get("DOCKER_HOST", _USUAL_SOCKET)
        client = _answering(host)
        if client is None:
            host = stack.enter_context(_own_engine())
            client = _answering(host)
        stack.callback(client.close)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_HOST", host)
            yield DockerEngine(host, client)


@pytest.fixture(scope="session")
def base_image(docker_engine: DockerEngine) -> str:
    """Name of an image with Python, sh, awk, grep and Perl."""
    import docker

    try:
        docker_engine.client.images.get(BASE_IMAGE)
    except docker.errors.ImageNotFound:
        repository, _, tag = BASE_IMAGE.rpartition(":")
        archive = _base_archive()
        docker_engine.client.api.import_image(str(archive), repository=repository, tag=tag)
    return BASE_IMAGE


@pytest.fixture(scope="session")
def library_image(
    docker_engine: DockerEngine, base_image: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Name of an image that has this library and what it depends on, as they are here and now.

    Docker keeps the layers: the second session builds nothing unless the library has changed.
    """
    folder = tmp_path_factory.mktemp("library-image")
    shutil.copytree(dependencies_in_images(), folder / "packages")
    for package in ("pipeline_lib", "components"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_REPOSITORY / package, folder / package, ignore=unwanted)
    place = f"/usr/local/lib/python{PYTHON_IN_IMAGES}/dist-packages"
    (folder / "Dockerfile").write_text(
        f"FROM {base_image}\n"
        f"COPY packages {place}\n"
        f"COPY pipeline_lib {place}/pipeline_lib\n"
        f"COPY components {place}/components\n"
    )
    with docker_engine.built(folder) as name:
        yield name


def _answering(host: str) -> Any:
    """A client of the engine at `host`; `None` where none answers."""
    import docker

    try:
        client = docker.DockerClient(host, version="auto")
        client.ping()
    except docker.errors.DockerException:
        return None
    return client


@contextmanager
def _own_engine() -> Iterator[str]:
    """An engine of this session's own, without a bridge: its containers have no network."""
    program = shutil.which("dockerd") or shutil.which("/usr/sbin/dockerd")
    if program is None or os.getuid() != 0:
        why = "dockerd is not installed" if program is None else "to start dockerd takes root"
        pytest.skip(f"no Docker engine answers, and {why}")
    # The path of a socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="plib-docker-"))
    host = f"unix://{folder}/d.sock"
    command = [
        program,
        *("--iptables=false", "--ip6tables=false", "--bridge=none", "--shutdown-timeout=1"),
        *("--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")),
        *("--pidfile", str(folder / "pid"), "-H", host),
    ]
    with (folder / "log").open("wb") as log:
        engine = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=_end_with_parent)
    try:
        _wait_for(engine, host, folder / "log")
        yield host
    finally:
        engine.terminate()
        try:
            engine.wait(_TIME_TO_END_S)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(engine: subprocess.Popen[bytes], host: str, log: Path) -> None:
    deadline = time.monotonic() + _TIME_TO_START_S
    while (client := _answering(host)) is None:
        if engine.poll() is not None or time.monotonic() > deadline:
            last_line = log.read_text(errors="replace").strip().rpartition("\n")[2]
            pytest.skip(f"no Docker engine answers, and dockerd does not start here: {last_line}")
        time.sleep(0.05)
    client.close()


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _base_archive() -> Path:
    """The files of the base image, made by mmdebstrap once for all sessions."""
    archive = _CACHE / "python-base.tar"
    with _alone("python-base"):
        if not archive.exists():
            if shutil.which("mmdebstrap") is None:
                pytest.skip(f"Docker has no image {BASE_IMAGE}, and mmdebstrap is not installed")
            _make_base(archive)
    return archive


def _make_base(archive: Path) -> None:
    partial = archive.with_name(f"{os.getpid()}-partial.tar")
    packages = "python3,python3-venv,ca-certificates,libstdc++6"
    command = ["mmdebstrap", "--variant=essential", f"--include={packages}", "bookworm"]
    made = subprocess.run([*command, str(partial)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        partial.unlink(missing_ok=True)
        last_line = made.stderr.strip().rpartition("\n")[2]
        pytest.skip(f"mmdebstrap makes no base image here: {last_line}")
    partial.rename(archive)


def dependencies_in_images() -> Path:
    """What this library depends on, unpacked for the base image's Python, once for each pins."""
    constraints = _REPOSITORY / "constraints" / f"constraints-{PYTHON_IN_IMAGES}.txt"
    settled = constraints.read_bytes() + (_REPOSITORY / "pyproject.toml").read_bytes()
    folder = _CACHE / f"packages-{uuid.uuid5(uuid.NAMESPACE_OID, settled.hex()).hex}"
    with _alone("packages"):
        if not folder.exists():
            for outdated in _CACHE.glob("packages-*"):
                shutil.rmtree(outdated)
            _install_dependencies(constraints, folder)
    return folder


def _install_dependencies(constraints: Path, folder: Path) -> None:
    installed = importlib.util.find_spec("uv") is not None
    uv = [sys.executable, "-m", "uv"] if installed else [shutil.which("uv") or ""]
    if not uv[0]:
        pytest.skip("an image with this library cannot be made: uv is not installed")
    partial = folder.with_name(f"{os.getpid()}-partial")
    command = [
        *(*uv, "pip", "install", "--quiet", "--no-compile", "--target", str(partial)),
        *("--python-version", PYTHON_IN_IMAGES, "--only-binary", ":all:"),
        *("--python-platform", f"{platform.machine()}-manylinux_2_28"),
        *("--constraints", str(constraints), "--requirements", str(_REPOSITORY / "pyproject.toml")),
    ]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        pytest.skip(f"the packages of an image with this library cannot be had: {made.stderr}")
    partial.rename(folder)


@contextmanager
def _alone(what: str) -> Iterator[None]:
    """One process at a time makes what all sessions share."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
