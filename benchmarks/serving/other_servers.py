"""The servers that ours is measured against, each in this process until it is killed.

    python -m benchmarks.serving.other_servers NAME PORT DIRECTORY

`nothing-grpc` is gRPC's own server with threads, and a handler that answers at once.
`nothing-on-loop` does the same on the event loop that our server uses, and does not even parse the
request: no gRPC server in Python can do more. `naive-grpc` is what one writes first: gRPC's own
server with threads, which calls a signature of the loaded model.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent import futures
from pathlib import Path
from typing import Any

_SERVICE = "tensorflow.serving.PredictionService"


def nothing_grpc(port: int, directory: Path) -> None:
    """An empty answer, in gRPC's threads."""
    from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

    response = PredictResponse()
    _serve_in_threads(
        port,
        _handlers(
            lambda request, context: response,
            PredictRequest.FromString,
            PredictResponse.SerializeToString,
        ),
    )


def nothing_on_loop(port: int, directory: Path) -> None:
    """An empty answer, by gRPC on an event loop."""
    import grpc
    import uvloop

    async def answer(request: bytes, context: Any) -> bytes:
        return b""

    async def serve() -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_handlers(answer, None, None),))
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await server.wait_for_termination()

    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(serve())


def naive_grpc(port: int, directory: Path) -> None:
    """The signature of a loaded model, called in gRPC's threads."""
    import tensorflow as tf
    from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse

    signature = tf.saved_model.load(str(directory / "quick" / "1")).signatures["serving_default"]

    def answer(request: Any, context: Any) -> Any:
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        outputs = signature(**{name: tf.constant(value) for name, value in inputs.items()})
        response = PredictResponse()
        for name, value in outputs.items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(value.numpy()))
        return response

    _serve_in_threads(
        port, _handlers(answer, PredictRequest.FromString, PredictResponse.SerializeToString)
    )


def nothing_rest(port: int, directory: Path) -> None:
    """An ASGI application that answers at once."""
    import uvicorn

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    uvicorn.run(
        application,
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="error",
    )


def _serve_in_threads(port: int, handlers: Any) -> None:
    import grpc

    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((handlers,))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def _handlers(answer: Any, parse: Any, serialize: Any) -> Any:
    import grpc

    method = grpc.unary_unary_rpc_method_handler(answer, parse, serialize)
    return grpc.method_handlers_generic_handler(_SERVICE, {"Predict": method})


if __name__ == "__main__":
    SERVERS = {
        "nothing-grpc": nothing_grpc,
        "nothing-on-loop": nothing_on_loop,
        "naive-grpc": naive_grpc,
        "nothing-rest": nothing_rest,
    }
    SERVERS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
