"""A model server as whoever drives it sees it: started on a directory, asked, stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pipeline_lib.serving.model_servers.failures import ServerEndedError

DEFAULT_TAGS = ("serve",)
"""Tags of the graph that a server loads where it is not told otherwise."""


@dataclass(frozen=True)
class ServedModel:
    """What a server is started on.

    Attributes:
        name: the name by which requests ask for the model.
        base_path: absolute path of the directory whose folders named by a number are its versions.
        tags: those of the graph that is loaded of it, all and no others.
    """

    name: str
    base_path: str
    tags: tuple[str, ...] = DEFAULT_TAGS


@dataclass(frozen=True)
class Endpoints:
    """Where a server answers.

    Attributes:
        grpc: `HOST:PORT`.
        rest: `http://HOST:PORT`.
    """

    grpc: str
    rest: str


class ModelServer(Protocol):
    """One server for one model. It is started once; `running` is the way to use it.

    An implementation leaves nothing behind: after `stop`, and as far as its platform lets it also
    after the death of this process, no process, container, pod or file of it is left.
    """

    @property
    def description(self) -> str:
        """What it is, for a message: `the embedded server`, `tensorflow/serving:2.16.1`."""

    def start(self, deadline: float) -> Endpoints:
        """Start it and say where it will answer; it need not answer yet.

        Args:
            deadline: of `time.monotonic()`.

        Raises:
            DataError: it cannot be started at all, whatever the model.
            ModelServerError: it did not come up.
        """

    def ending(self) -> ServerEndedError | None:
        """How it has ended by itself, if it has."""

    def log(self) -> str:
        """The end of what it has printed."""

    def stop(self) -> None:
        """End it. May be called at any time and more than once; raises nothing."""
