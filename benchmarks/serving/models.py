"""The models that are served: a small net, and one of many steps, one after the other.

    python -m benchmarks.serving.models DIRECTORY

writes `quick/1`, a net of 16-64-64-1, and `slow/1`, for which a row takes about 5 ms and 32 rows
hardly longer, as for a network that reads a sequence; and for each a request, as gRPC frames it
(`quick.bin`) and as JSON (`quick.json`).
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis.predict_pb2 import PredictRequest


class _Net(tf.Module):  # type: ignore[misc] # has no types
    def __init__(self, more_steps: int) -> None:
        super().__init__()
        self._more_steps = more_steps
        self._first = tf.Variable(tf.random.normal((16, 64), stddev=0.1))
        self._hidden = tf.Variable(tf.random.normal((64, 64), stddev=0.1))
        self._last = tf.Variable(tf.random.normal((64, 1), stddev=0.1))

    @tf.function(  # type: ignore[untyped-decorator]
        input_signature=[tf.TensorSpec([None, 16], tf.float32, name="x")]
    )
    def predict(self, x: tf.Tensor) -> dict[str, tf.Tensor]:
        state = tf.nn.relu(x @ self._first)
        state = tf.nn.relu(state @ self._hidden)
        if self._more_steps:
            for _ in tf.range(self._more_steps):
                state = tf.nn.relu(state @ self._hidden)
        return {"y": state @ self._last}


def write(directory: Path) -> None:
    """Write models and requests."""
    for name, more_steps in {"quick": 0, "slow": 800}.items():
        net = _Net(more_steps)
        path = directory / name / "1"
        tf.saved_model.save(net, str(path), signatures={"serving_default": net.predict})
        request = PredictRequest()
        request.model_spec.name = name
        request.inputs["x"].CopyFrom(tf.make_tensor_proto([[0.5] * 16], tf.float32))
        data = request.SerializeToString()
        frame = b"\0" + struct.pack("!I", len(data)) + data
        (directory / f"{name}.bin").write_bytes(frame)
        (directory / f"{name}.json").write_text(json.dumps({"instances": [[0.5] * 16]}))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
