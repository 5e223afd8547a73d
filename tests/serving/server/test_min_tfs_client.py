"""min-tfs-client, in an environment of its own: `make test-clients` makes it and runs this."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.serving.server.process import REPOSITORY, running

PYTHON = REPOSITORY / ".venv-clients" / "bin" / "python"

# What runs there, where nothing of ours is: it is given a port, and prints what it got.
PROGRAM = """
import json, sys
import grpc, numpy as np
from min_tfs_client.requests import TensorServingClient
from min_tfs_client.tensors import tensor_proto_to_ndarray

client = TensorServingClient(host="127.0.0.1", port=int(sys.argv[1]), credentials=None)

def ask(model, version=None, **inputs):
    answer = client.predict_request(model, inputs, model_version=version)
    arrays = {name: tensor_proto_to_ndarray(t).tolist() for name, t in answer.outputs.items()}
    return [answer.model_spec.version.value, arrays]

answers = [
    ask("half", x=np.array([1, 2], np.float32)),
    ask("half", 1, x=np.array([4], np.float32)),
    ask("strings", text=np.array(["ab", "c"])),
    ask("two", weight=np.array([0.5], np.float32), count=np.array([20])),
]
try:
    ask("nobody", x=np.array([1], np.float32))
except grpc.RpcError as error:
    answers.append([error.code().name, error.details()])
print(json.dumps(answers))
"""


@pytest.mark.skipif(not PYTHON.exists(), reason="make test-clients makes the client's environment")
def test_min_tfs_client_speaks_with_the_server(
    half_plus_two: Path, strings: Path, two_by_two: Path, tmp_path: Path
) -> None:
    models = {"half": half_plus_two, "strings": strings, "two": two_by_two}
    configs = [
        f'config {{ name: "{name}" base_path: "{path}" model_platform: "tensorflow" }}'
        for name, path in models.items()
    ]
    file = tmp_path / "models.config"
    file.write_text(f"model_config_list {{ {' '.join(configs)} }}")
    with running(tmp_path, f"--model_config_file={file}") as server:
        asked = subprocess.run(
            [PYTHON, "-c", PROGRAM, str(server.grpc_port)],
            env={},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout) == [
        [1, {"y": [2.5, 3.0]}],
        [1, {"y": [4.0]}],
        [1, {"twice": ["abab", "cc"]}],
        [1, {"product": [10.0], "large": [True]}],
        ["NOT_FOUND", "Servable not found for request: Latest(nobody)"],
    ]
