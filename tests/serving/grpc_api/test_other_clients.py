"""A client that is not ours finds its way."""

from __future__ import annotations

import numpy as np
import pytest

from tests.serving.grpc_api.running_server import RunningServer

ovmsclient = pytest.importorskip("ovmsclient")


def test_ovmsclient_speaks_with_the_server(server: RunningServer) -> None:
    client = ovmsclient.make_grpc_client(f"localhost:{server.port}")
    answer = client.predict({"x": np.array([1, 2], np.float32)}, "half_plus_two")
    assert answer.tolist() == [2.5, 3.0]
    assert client.predict({"text": [b"ab"]}, "strings").tolist() == [b"abab"]
    assert client.get_model_status("dense") == {
        1: {"state": "AVAILABLE", "error_code": 0, "error_message": ""}
    }
    metadata = client.get_model_metadata("dense")
    assert metadata["model_version"] == 1
    assert client.predict(
        {"x": np.ones(1, np.float32)}, "half_plus_two", model_version=1
    ).tolist() == [2.5]
    assert metadata["inputs"] == {"x": {"shape": [-1, 16], "dtype": "DT_FLOAT"}}


def test_ovmsclient_understands_a_refusal(server: RunningServer) -> None:
    client = ovmsclient.make_grpc_client(f"localhost:{server.port}")
    with pytest.raises(Exception, match="Servable not found for request: Latest") as caught:
        client.predict({"x": np.ones(1, np.float32)}, "nobody")
    assert type(caught.value).__name__ == "ModelNotFoundError"
