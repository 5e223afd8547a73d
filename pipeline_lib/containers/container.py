"""What a container is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mount:
    """A file or directory of this machine that a container sees at the same path."""

    path: str
    is_writable: bool = False


@dataclass(frozen=True)
class Container:
    """A container that is to be run.

    Attributes:
        image: name of the image, for messages.
        image_id: its id, which cannot come to mean another one.
        command: program and arguments; they take the place of the image's entry point and command.
        environment: variables that are set in it.
        mounts: what it sees of this machine.
        labels: by which it is found again.
        cpus: cores that it may use; 0 for all.
        memory: bytes that it may hold in memory; 0 for all.
        gpus: number of NVIDIA's devices that it gets.
        user: whom it runs as, `uid` or `uid:gid`; empty for the image's own.
        network: as `docker run --network` takes it; empty for the engine's own.
        folder: its working directory; empty for the image's own.
    """

    image: str
    image_id: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    mounts: tuple[Mount, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    cpus: float = 0.0
    memory: int = 0
    gpus: int = 0
    user: str = ""
    network: str = ""
    folder: str = ""

    def arguments(self) -> dict[str, Any]:
        """Arguments of docker-py's `containers.create`."""
        from docker.types import DeviceRequest, Mount

        mounts = [
            Mount(one.path, one.path, type="bind", read_only=not one.is_writable)
            for one in self.mounts
        ]
        given = {
            "user": self.user,
            "network_mode": self.network,
            "working_dir": self.folder,
            "nano_cpus": round(self.cpus * 1e9),
            "mem_limit": self.memory,
            "memswap_limit": self.memory,
        }
        if self.gpus:
            given["device_requests"] = [DeviceRequest(count=self.gpus, capabilities=[["gpu"]])]
        return {
            "image": self.image_id,
            # Docker refuses an empty text at the head of an entry point, not elsewhere.
            "entrypoint": [self.command[0]],
            "command": list(self.command[1:]),
            "environment": dict(self.environment),
            "mounts": mounts,
            "labels": dict(self.labels),
            **{name: value for name, value in given.items() if value},
        }
