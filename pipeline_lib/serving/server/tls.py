"""The keys of `--ssl_config_file`, given to gRPC and to REST."""

from __future__ import annotations

import os
import ssl
import tempfile

import grpc

from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.server.config_files import TlsKeys


def grpc_credentials(keys: TlsKeys) -> grpc.ServerCredentials:
    """What a gRPC server needs to be secure."""
    return grpc.ssl_server_credentials(
        [(keys.server_key.encode(), keys.server_cert.encode())],
        root_certificates=keys.custom_ca.encode() or None,
        require_client_auth=keys.client_verify,
    )


def ssl_context(keys: TlsKeys) -> ssl.SSLContext:
    """What an HTTP server needs to be secure.

    Raises:
        ServingError: INVALID_ARGUMENT, the keys are none, or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python's ssl reads a key from a file only; this one is readable by this user alone.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "chain-and-key.pem")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"{keys.server_cert}\n{keys.server_key}\n")
        try:
            # With a password, or Python asks the terminal for that of an encrypted key.
            context.load_cert_chain(path, password="")
            if keys.custom_ca:
                # PEM is ASCII, and of other letters Python's ssl says nothing that helps.
                certificates = keys.custom_ca.encode("ascii", "replace").decode()
                context.load_verify_locations(cadata=certificates)
            elif keys.client_verify:
                context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
        except ssl.SSLError as error:
            raise ServingError(
                StatusCode.INVALID_ARGUMENT,
                f"--ssl_config_file holds keys that cannot be used: {error.reason or error}.",
            ) from error
    if keys.client_verify:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
