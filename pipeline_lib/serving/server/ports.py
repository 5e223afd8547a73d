"""Binding the ports of a server, so that a port in use is a clear error and never a shared one."""

from __future__ import annotations

import errno
import os
import socket
import stat

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.options import ServerOptions


def bind(flag: str, host: str, port: int, shared: bool = False) -> socket.socket:
    """A socket at an address; it does not listen yet.

    Args:
        flag: the flag that gave the port, for the error.
        host: name or number of an address of this machine.
        port: 0 for one that the operating system chooses.
        shared: other processes of this server bind the same port, and connections are spread.

    Raises:
        ServingError: UNAVAILABLE, the port is in use or may not be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ServingError(
            StatusCode.UNAVAILABLE, f"--host={host} is no address: {error.strerror}."
        ) from error
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise _cannot_bind(flag, host, port, error) from error
    bound.setblocking(False)
    return bound


def refuse_used(options: ServerOptions) -> None:
    """Check that the addresses are free; long before they are needed, so that an error comes soon.

    Raises:
        ServingError: UNAVAILABLE, one is in use or may not be had.
    """
    for flag, port in (("--port", options.port), ("--rest_api_port", options.rest_api_port)):
        if port > 0:
            bind(flag, options.host, port).close()
    if options.grpc_socket_path:
        _refuse_used_path(options.grpc_socket_path)


def reserve(flag: str, host: str, port: int) -> socket.socket:
    """A socket that keeps a port for processes which share it; it never listens itself.

    Raises:
        ServingError: UNAVAILABLE, the port is in use or may not be had.
    """
    # Alone first: a shared socket would be let in beside any other server of this user.
    with bind(flag, host, port) as alone:
        free = port_of(alone)
    return bind(flag, host, free, shared=True)


def port_of(bound: socket.socket) -> int:
    """The number of a bound socket's port."""
    return int(bound.getsockname()[1])


def address(host: str, port: int) -> str:
    """Host and port as one text; an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _refuse_used_path(path: str) -> None:
    """A socket that a server left is replaced by gRPC, and so would be one that is listened on."""
    try:
        with socket.socket(socket.AF_UNIX) as tried:
            if not os.path.lexists(path):
                tried.bind(path)
                os.unlink(path)
            elif not stat.S_ISSOCK(os.stat(path).st_mode):
                raise OSError(0, "It is there, and is no socket")
            elif tried.connect_ex(path) == 0:
                raise OSError(0, "Another server listens on it")
    except OSError as error:
        raise ServingError(
            StatusCode.UNAVAILABLE,
            f"{path} cannot be listened on: {error.strerror or error}. "
            "Choose another path: --grpc_socket_path=PATH.",
        ) from error


def _cannot_bind(flag: str, host: str, port: int, error: OSError) -> ServingError:
    if error.errno == errno.EADDRINUSE:
        return ServingError(
            StatusCode.UNAVAILABLE,
            f"Port {port} of {host} is in use. End the server that has it, or choose another port: "
            f"{flag}=NUMBER, or {flag}=auto for a free one.",
        )
    return ServingError(
        StatusCode.UNAVAILABLE,
        f"{address(host, port)} cannot be listened on: {os.strerror(error.errno or 0)}. "
        f"Choose another address: --host=ADDRESS, {flag}=NUMBER.",
    )
