"""Keys that cannot be used are told before anything is loaded."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.server.assembly import assemble
from pipeline_lib.serving.server.options import ServerOptions
from tests.whole_message import raises

REFUSED = r"^--ssl_config_file holds keys that cannot be used: [^\n]+\.$"


def make_keys(folder: Path, name: str, *options: str) -> tuple[str, str]:
    """A key and its certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the keys, and is not installed")
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        [*request, *options, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return key.read_text(), certificate.read_text()


def options_with(folder: Path, **texts: str) -> ServerOptions:
    """A server whose `--ssl_config_file` holds these; only gRPC is secure."""
    path = folder / "ssl.config"
    lines = [f"{name}: {json.dumps(text, ensure_ascii=False)}" for name, text in texts.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return ServerOptions(model_base_path=str(folder), ssl_config_file=str(path))


def test_what_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(ServingError, match=REFUSED):
        assemble(options_with(tmp_path, server_key="k", server_cert="c"))


def test_the_key_of_another_certificate(tmp_path: Path) -> None:
    key, _ = make_keys(tmp_path, "one", "-nodes")
    _, certificate = make_keys(tmp_path, "other", "-nodes")
    options = options_with(tmp_path, server_key=key, server_cert=certificate)
    with raises(
        ServingError, "--ssl_config_file holds keys that cannot be used: KEY_VALUES_MISMATCH."
    ):
        assemble(options)


def test_a_key_with_a_password_is_refused_and_not_asked_for(tmp_path: Path) -> None:
    key, certificate = make_keys(tmp_path, "one", "-passout", "pass:secret")
    with pytest.raises(ServingError, match=REFUSED):
        assemble(options_with(tmp_path, server_key=key, server_cert=certificate))


@pytest.mark.parametrize("none", ["no certificate", "\u00fc"])
def test_authorities_that_are_none(tmp_path: Path, none: str) -> None:
    key, certificate = make_keys(tmp_path, "one", "-nodes")
    with pytest.raises(ServingError, match=REFUSED):
        assemble(options_with(tmp_path, server_key=key, server_cert=certificate, custom_ca=none))
