"""Where a server listens, told to people and to programs."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.ports import address


@dataclass(frozen=True)
class Addresses:
    """Where a server listens.

    Attributes:
        host: the address that it listens on.
        grpc_port: `None` where it does not.
        rest_api_port: `None` where it does not.
        grpc_socket_path: path of the UNIX socket for gRPC, `None` where there is none.
        grpc_tls: whether gRPC is secure.
        rest_api_tls: whether REST is.
    """

    host: str
    grpc_port: int | None = None
    rest_api_port: int | None = None
    grpc_socket_path: str | None = None
    grpc_tls: bool = False
    rest_api_tls: bool = False

    @property
    def rest_url(self) -> str | None:
        """The beginning of the addresses of REST."""
        if self.rest_api_port is None:
            return None
        scheme = "https" if self.rest_api_tls else "http"
        return f"{scheme}://{address(self.host, self.rest_api_port)}"

    def sentence(self) -> str:
        """One line for people."""
        places = []
        if self.grpc_port is not None:
            places.append(f"gRPC at {address(self.host, self.grpc_port)}")
        if self.grpc_socket_path is not None:
            places.append(f"gRPC at unix:{self.grpc_socket_path}")
        if self.rest_url is not None:
            places.append(f"REST at {self.rest_url}")
        return f"Ready: {', '.join(places)}"


def write_ready_file(path: str, addresses: Addresses) -> None:
    """Write the addresses, and the number of this process, as JSON; whole or not at all.

    Raises:
        ServingError: FAILED_PRECONDITION, it cannot be written.
    """
    partial = f"{path}.{os.getpid()}.partial"
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            raise OSError(0, "It is there, and is no file")  # a device would be replaced
        with open(partial, "w", encoding="utf-8") as file:
            json.dump({"pid": os.getpid(), **asdict(addresses)}, file)
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise ServingError(
            StatusCode.FAILED_PRECONDITION,
            f"--ready_file={path} cannot be written: {error.strerror}.",
        ) from error
