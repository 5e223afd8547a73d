"""Whatever bytes come, a call gets a status that says whose fault it is, and the server lives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from grpc_health.v1.health_pb2 import HealthCheckRequest
from tensorflow_serving.apis.classification_pb2 import ClassificationRequest
from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataRequest
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusRequest
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest
from tensorflow_serving.apis.model_management_pb2 import ReloadConfigRequest
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.regression_pb2 import RegressionRequest

from tests.serving.grpc_api.running_server import RunningServer

CALLS = 1000
AT_ONCE = 50
PREDICTION = "/tensorflow.serving.PredictionService/"
MODELS = "/tensorflow.serving.ModelService/"


def predict_requests() -> Iterator[PredictRequest]:
    inputs: dict[str, dict[str, Any]] = {
        "half_plus_two": {"x": np.array([1, 2], np.float32)},
        "dense": {"x": np.ones((2, 16), np.float32)},
        "strings": {"text": np.array([b"a", b"bc"], object)},
        "two_by_two": {"weight": np.ones(1, np.float32), "count": np.ones(1, np.int64)},
    }
    for name, arrays in inputs.items():
        request = PredictRequest(output_filter=["y"] if name == "dense" else [])
        request.model_spec.name = name
        request.model_spec.version.value = 1
        for key, value in arrays.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
        yield request


def example_requests(kind: Any, *signatures: str) -> Iterator[Any]:
    for signature in signatures:
        request = kind()
        request.model_spec.name = "half_plus_two"
        request.model_spec.signature_name = signature
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(2.0)
        yield request


def multi_inference_requests() -> Iterator[MultiInferenceRequest]:
    request = MultiInferenceRequest()
    for kind in ("regress", "classify"):
        task = request.tasks.add(method_name=f"tensorflow/serving/{kind}")
        task.model_spec.name = "half_plus_two"
        task.model_spec.signature_name = f"{kind}_x_to_y"
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(2.0)
    yield request


def about_models() -> Iterator[tuple[str, list[Any]]]:
    status = GetModelStatusRequest()
    status.model_spec.name = "dense"
    metadata = GetModelMetadataRequest(metadata_field=["signature_def"])
    metadata.model_spec.name = "dense"
    reload = ReloadConfigRequest()
    config = reload.config.model_config_list.config.add(
        name="m", base_path="/m", model_platform="tensorflow", version_labels={"stable": 1}
    )
    config.model_version_policy.specific.versions.append(1)
    yield f"{MODELS}GetModelStatus", [status]
    yield f"{MODELS}HandleReloadConfigRequest", [reload]
    yield f"{PREDICTION}GetModelMetadata", [metadata]
    yield "/grpc.health.v1.Health/Check", [HealthCheckRequest(service="a")]


METHODS: dict[str, list[Any]] = {
    f"{PREDICTION}Predict": list(predict_requests()),
    f"{PREDICTION}Classify": list(
        example_requests(ClassificationRequest, "classify_x_to_y", "classify_x_to_classes")
    ),
    f"{PREDICTION}Regress": list(example_requests(RegressionRequest, "regress_x_to_y")),
    f"{PREDICTION}MultiInference": list(multi_inference_requests()),
    **dict(about_models()),
}


def mutations(seeds: list[Message], chance: random.Random) -> Iterator[bytes]:
    """Random bytes; sound requests with some bytes changed, and with some values changed."""
    while True:
        seed = chance.choice(seeds)
        kind = chance.random()
        if kind < 0.1:
            yield chance.randbytes(chance.randrange(200))
        elif kind < 0.4:
            yield _with_changed_bytes(seed.SerializeToString(), chance)
        else:
            changed = type(seed)()
            changed.CopyFrom(seed)
            for _ in range(chance.choice((1, 1, 2, 4))):
                _change(changed, chance)
            yield changed.SerializeToString()


def _with_changed_bytes(raw: bytes, chance: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, end = sorted(chance.randrange(len(changed) + 1) for _ in range(2))
        match chance.randrange(5):
            case 0 | 1 if at < len(changed):
                changed[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            case 2:
                del changed[at : min(end, at + 8)]
            case 3:
                changed[at:at] = changed[at:end]
            case _:
                changed[at:at] = chance.randbytes(chance.randrange(1, 9))
    return bytes(changed)


NUMBERS = (0, 1, 2, 3, 16, 127, 1000, 2**31 - 1)
VALUES: dict[int, Callable[[random.Random], Any]] = {
    FieldDescriptor.CPPTYPE_INT32: lambda chance: chance.choice((*NUMBERS, -1, -(2**31))),
    FieldDescriptor.CPPTYPE_INT64: lambda chance: chance.choice((*NUMBERS, -1, 2**62, -(2**63))),
    FieldDescriptor.CPPTYPE_UINT32: lambda chance: chance.choice((*NUMBERS, 2**32 - 1)),
    FieldDescriptor.CPPTYPE_UINT64: lambda chance: chance.choice((*NUMBERS, 2**64 - 1)),
    FieldDescriptor.CPPTYPE_DOUBLE: lambda chance: chance.choice((0.0, 1e300, float("nan"))),
    FieldDescriptor.CPPTYPE_FLOAT: lambda chance: chance.choice((0.0, -1.5, float("inf"))),
    FieldDescriptor.CPPTYPE_BOOL: lambda chance: chance.random() < 0.5,
    FieldDescriptor.CPPTYPE_ENUM: lambda chance: chance.randrange(130),
}
TEXTS = (
    "",
    "x",
    "inputs",
    "dense",
    "strings",
    "serving_default",
    "classify_x_to_y",
    "\0",
    "ä" * 999,
)


def _change(message: Message, chance: random.Random) -> None:
    """Change a field of the message, or of one that it holds."""
    if not message.DESCRIPTOR.fields:
        return
    field = chance.choice(message.DESCRIPTOR.fields)
    repeated = field.label == FieldDescriptor.LABEL_REPEATED
    if chance.random() < 0.1:
        message.ClearField(field.name)
    elif repeated and field.message_type and field.message_type.GetOptions().map_entry:
        _change_map(getattr(message, field.name), field, chance)
    elif field.message_type and repeated:
        several = getattr(message, field.name)
        if not several or chance.random() < 0.3:
            several.add()
        _change(chance.choice(several), chance)
    elif field.message_type:
        _change(getattr(message, field.name), chance)
        getattr(message, field.name).SetInParent()
    elif repeated:
        getattr(message, field.name).extend(
            _value(field, chance) for _ in range(chance.randrange(4))
        )
    else:
        setattr(message, field.name, _value(field, chance))


def _change_map(entries: Any, field: FieldDescriptor, chance: random.Random) -> None:
    _, value = field.message_type.fields
    key = chance.choice([*entries, *TEXTS])
    if not value.message_type:
        entries[key] = _value(value, chance)
    elif chance.random() < 0.1:
        entries.pop(key, None)
    else:
        _change(entries[key], chance)


def _value(field: FieldDescriptor, chance: random.Random) -> Any:
    if field.type == FieldDescriptor.TYPE_BYTES:
        return chance.choice((b"", b"\xff\0", b"\n\0", chance.randbytes(8), bytes(64)))
    if field.type == FieldDescriptor.TYPE_STRING:
        return chance.choice(TEXTS)
    return VALUES[field.cpp_type](chance)


def statuses(channel: grpc.Channel, method: str, requests: Iterator[bytes]) -> Iterator[Any]:
    call = channel.unary_unary(method)
    while several := list(islice(requests, AT_ONCE)):
        for raw, answer in [(raw, call.future(raw, timeout=30)) for raw in several]:
            yield raw, answer.code(), answer.details()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.rpartition("/")[2])
def test_no_bytes_break_the_server(server: RunningServer, method: str) -> None:
    seeds = METHODS[method]
    requests = islice(mutations(seeds, random.Random(method)), CALLS)
    counts: Counter[str] = Counter()
    for raw, code, text in statuses(server.channel, method, requests):
        counts[code.name] += 1
        assert code not in (
            grpc.StatusCode.UNKNOWN,
            grpc.StatusCode.INTERNAL,
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.DEADLINE_EXCEEDED,
        ), (raw, text)
    print(method, dict(counts))  # noqa: T201 (shown with -s, and where the test fails)
    assert sum(counts.values()) == CALLS
    for raw, code, text in statuses(server.channel, method, iter([seeds[0].SerializeToString()])):
        assert code is grpc.StatusCode.OK or "Check" in method, (raw, text)
