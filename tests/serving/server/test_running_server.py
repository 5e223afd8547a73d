from __future__ import annotations

import dataclasses
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub

from pipeline_lib.serving.errors import ServingError
from pipeline_lib.serving.server.options import ServerOptions
from pipeline_lib.serving.server.ports import refuse_used
from tests.serving.server.clients import predict
from tests.serving.server.process import ServerProcess, refused, running
from tests.whole_message import raises

LINE = re.compile(r"Ready: gRPC at 127\.0\.0\.1:(\d+).*, REST at http://127\.0\.0\.1:(\d+)\n")


def test_it_says_where_it_listens(server: ServerProcess) -> None:
    match = LINE.fullmatch(server.line)
    assert match is not None
    assert [int(port) for port in match.groups()] == [server.grpc_port, server.rest_api_port]
    assert server.pid == server.process.pid
    assert server.host == "127.0.0.1"


def test_grpc_and_rest_answer(server: ServerProcess) -> None:
    with grpc.insecure_channel(server.grpc_address) as channel:
        assert predict(channel, "half", [1.0, 2.0]) == [2.5, 3.0]
        health = HealthStub(channel).Check(HealthCheckRequest())
    assert health.status == HealthCheckResponse.SERVING
    assert server.post("/v1/models/half:predict", {"instances": [1.0, 2.0]}) == {
        "predictions": [2.5, 3.0]
    }


def test_grpc_answers_on_the_unix_socket(server: ServerProcess) -> None:
    with grpc.insecure_channel(f"unix:{server.log.parent / 'socket'}") as channel:
        assert predict(channel, "half", [1.0]) == [2.5]


def test_requests_are_counted(server: ServerProcess) -> None:
    server.post("/v1/models/half:predict", {"instances": [1.0]})
    with urllib.request.urlopen(f"{server.rest_url}/metrics", timeout=30) as response:
        page = response.read().decode()
    assert ':tensorflow:serving:request_count{model_name="half",status="OK"}' in page
    assert ":tensorflow:cc:saved_model:load_attempt_count" in page


def test_web_pages_of_other_origins_may_call(server: ServerProcess) -> None:
    for method in ("OPTIONS", "GET"):
        request = urllib.request.Request(f"{server.rest_url}/v1/models/half", method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            assert response.headers["access-control-allow-origin"] == "*"


def test_a_request_can_change_the_models(server: ServerProcess, half_plus_two: Path) -> None:
    request = ReloadConfigRequest()
    for name in ("half", "again"):
        config = request.config.model_config_list.config.add()
        config.name, config.base_path = name, str(half_plus_two)
        config.model_platform = "tensorflow"
    with grpc.insecure_channel(server.grpc_address) as channel:
        answer = ModelServiceStub(channel).HandleReloadConfigRequest(request, timeout=30)
        assert answer.status.error_code == 0
        assert predict(channel, "again", [1.0]) == [2.5]


def test_a_port_in_use(server: ServerProcess, half_plus_two: Path) -> None:
    model = f"--model_base_path={half_plus_two}"
    code, error = refused(model, f"--port={server.grpc_port}", "--rest_api_port=0")
    assert code == 2
    assert error == (
        f"Error: Port {server.grpc_port} of 127.0.0.1 is in use. End the server that has it, or "
        "choose another port: --port=NUMBER, or --port=auto for a free one.\n"
    )
    code, error = refused(model, "--port=auto", f"--rest_api_port={server.rest_api_port}")
    assert code == 2
    assert error == (
        f"Error: Port {server.rest_api_port} of 127.0.0.1 is in use. End the server that has it, "
        "or choose another port: --rest_api_port=NUMBER, or --rest_api_port=auto for a free one.\n"
    )


def test_workers_do_not_share_a_port_with_another_server(
    server: ServerProcess, half_plus_two: Path
) -> None:
    model = f"--model_base_path={half_plus_two}"
    code, error = refused(model, f"--port={server.grpc_port}", "--workers=2")
    assert code == 2
    assert error.startswith(f"Error: Port {server.grpc_port} of 127.0.0.1 is in use.")


def test_an_address_that_this_machine_does_not_have(half_plus_two: Path) -> None:
    code, error = refused(f"--model_base_path={half_plus_two}", "--host=192.0.2.1")
    assert code == 2
    assert error == (
        "Error: 192.0.2.1:8500 cannot be listened on: Cannot assign requested address. "
        "Choose another address: --host=ADDRESS, --port=NUMBER.\n"
    )


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("{folder}/none/socket", "No such file or directory"),
        ("{folder}/" + 120 * "x", "AF_UNIX path too long"),
        ("{folder}/file", "It is there, and is no socket"),
        ("{folder}/socket", "Another server listens on it"),
    ],
)
def test_a_socket_path_that_cannot_be_had(half_plus_two: Path, path: str, why: str) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as other:
        (Path(folder) / "file").write_text("mine")
        other.bind(f"{folder}/socket")
        other.listen()
        path = path.format(folder=folder)
        options = ServerOptions(
            model_base_path=str(half_plus_two), port=0, rest_api_port=0, grpc_socket_path=path
        )
        with raises(
            ServingError,
            f"{path} cannot be listened on: {why}. Choose another path: --grpc_socket_path=PATH.",
        ):
            refuse_used(options)
        other.close()
        refuse_used(dataclasses.replace(options, grpc_socket_path=f"{folder}/socket"))
        assert (Path(folder) / "file").read_text() == "mine"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_ready_file_that_cannot_be_written(
    half_plus_two: Path, tmp_path: Path, workers: int
) -> None:
    (tmp_path / "ready").mkdir()
    code, error = refused(
        f"--model_base_path={half_plus_two}",
        f"--ready_file={tmp_path / 'ready'}",
        "--port=auto",
        "--rest_api_port=auto",
        f"--workers={workers}",
    )
    assert code == 2
    assert (
        f"Error: --ready_file={tmp_path / 'ready'} cannot be written: "
        "It is there, and is no file.\n"
    ) in error
    assert [path.name for path in tmp_path.iterdir()] == ["ready"]


def test_a_model_that_cannot_be_loaded(tmp_path: Path) -> None:
    broken = tmp_path / "broken" / "1"
    broken.mkdir(parents=True)
    (broken / "saved_model.pb").write_bytes(b"not a model")
    code, error = refused(
        "--model_name=m",
        f"--model_base_path={broken.parent}",
        "--max_num_load_retries=0",
        "--port=auto",
        "--rest_api_port=auto",
    )
    assert code == 2
    last = error.splitlines()[-1]
    assert last.startswith("Error: 1 model(s) did not become available: {{{name: m version: 1}")


def test_a_config_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "models.config"
    code, error = refused(f"--model_config_file={path}", "--port=auto", "--rest_api_port=0")
    assert code == 2
    assert error.splitlines()[-1] == f"Error: {path}; No such file or directory"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key and a certificate for 127.0.0.1, and the config file with both."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the keys, and is not installed")
    folder = tmp_path_factory.mktemp("keys")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *made, *subject, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    fields = {"server_key": key, "server_cert": certificate, "custom_ca": certificate}
    lines = [f"{name}: {_quoted(path.read_text())}" for name, path in fields.items()]
    (folder / "ssl.config").write_text("\n".join([*lines, "client_verify: true"]))
    return folder


def _quoted(text: str) -> str:
    escaped = text.replace("\n", "\\n")
    return f'"{escaped}"'


def test_with_keys_only_clients_with_a_certificate_are_served(
    keys: Path, half_plus_two: Path, tmp_path: Path
) -> None:
    key, certificate = keys / "key.pem", keys / "certificate.pem"
    with running(
        tmp_path,
        "--model_name=half",
        f"--model_base_path={half_plus_two}",
        f"--ssl_config_file={keys / 'ssl.config'}",
        "--rest_api_tls",
    ) as secure:
        root = certificate.read_bytes()
        trusted = grpc.ssl_channel_credentials(root, key.read_bytes(), root)
        with grpc.secure_channel(secure.grpc_address, trusted) as channel:
            assert predict(channel, "half", [1.0]) == [2.5]
        unknown = grpc.ssl_channel_credentials(root)
        with grpc.secure_channel(secure.grpc_address, unknown) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                predict(channel, "half", [1.0], timeout=10)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        context = ssl.create_default_context(cafile=str(certificate))
        url = f"https://127.0.0.1:{secure.rest_api_port}/v1/models/half"
        with pytest.raises(OSError, match=r"certificate required|alert|reset|closed"):
            urllib.request.urlopen(url, context=context, timeout=30).read()
        context.load_cert_chain(certificate, key)
        with urllib.request.urlopen(url, context=context, timeout=30) as response:
            assert response.status == 200


@pytest.fixture
def waiting_for_more(half_plus_two: Path, tmp_path: Path) -> list[str]:
    """Flags of a server whose requests wait for a second for others to share a batch with."""
    batching = tmp_path / "batching.config"
    batching.write_text(
        "max_batch_size { value: 4 } batch_timeout_micros { value: 1000000 }"
        "num_batch_threads { value: 1 }"
    )
    model = ["--model_name=half", f"--model_base_path={half_plus_two}"]
    return [*model, "--enable_batching", f"--batching_parameters_file={batching}"]


def test_at_its_end_it_finishes_the_requests_that_are_there(
    waiting_for_more: list[str], tmp_path: Path
) -> None:
    with running(tmp_path, *waiting_for_more) as ending:
        by_rest = _begin(ending, "POST", "/v1/models/half:predict", b'{"instances": [1.0]}')
        with grpc.insecure_channel(ending.grpc_address) as channel:
            health = HealthStub(channel)
            assert health.Check(HealthCheckRequest()).status == HealthCheckResponse.SERVING
            watch = health.Watch(HealthCheckRequest())
            assert next(watch).status == HealthCheckResponse.SERVING
            assert ending.get("/v1/models/half")["model_version_status"][0]["state"] == "AVAILABLE"
            ending.process.terminate()
            assert next(watch).status == HealthCheckResponse.NOT_SERVING
        answer = by_rest.getresponse()
        assert (answer.status, b"2.5" in answer.read()) == (200, True)
        assert ending.process.wait(30) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((ending.host, ending.rest_api_port))


def test_requests_beyond_the_limit_are_refused(waiting_for_more: list[str], tmp_path: Path) -> None:
    body = b'{"instances": [1.0]}'
    with running(
        tmp_path, *waiting_for_more, "--max_in_flight=1", "--max_request_bytes=1000"
    ) as limited:
        first = _begin(limited, "POST", "/v1/models/half:predict", body)
        limited.get("/v1/models/half")  # so that the first one is there
        code, answer = limited.post("/v1/models/half:predict", {"instances": [1.0]})
        assert code == 429
        assert answer == {"error": "The server takes 1 requests at a time; try again later"}
        with grpc.insecure_channel(limited.grpc_address) as channel:
            with pytest.raises(grpc.RpcError) as caught:
                predict(channel, "half", [1.0])
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
            assert first.getresponse().status == 200
            with pytest.raises(grpc.RpcError) as caught:
                predict(channel, "half", [1.0] * 300)
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        code, _ = limited.post("/v1/models/half:predict", {"instances": [1.0] * 300})
        assert code == 413


def test_it_can_be_told_to_end_while_it_waits_for_a_first_version(tmp_path: Path) -> None:
    from tests.serving.server.process import MODULE, start

    (tmp_path / "model").mkdir()
    process = start(
        *MODULE, f"--model_base_path={tmp_path / 'model'}", "--port=auto", "--rest_api_port=auto"
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "No versions of servable" in line:
            break
    process.terminate()
    _, error = process.communicate(timeout=30)
    assert process.returncode == 0, error


def _begin(server: ServerProcess, method: str, path: str, body: bytes) -> Any:
    connection = http.client.HTTPConnection(server.host, server.rest_api_port, timeout=30)
    connection.request(method, path, body)
    return connection


def test_nothing_is_left_in_the_folder_of_the_ready_file(server: ServerProcess) -> None:
    assert not [name for name in os.listdir(server.log.parent) if name.endswith(".partial")]
