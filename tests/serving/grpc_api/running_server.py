"""A real `grpc.aio` server in a thread with a loop of its own, and channels to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any

import grpc

from pipeline_lib.serving.api.direct_calls import DirectCalls
from pipeline_lib.serving.api.inference import Inference
from pipeline_lib.serving.api.model_inference import ModelInference
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.grpc_api.service import add_services
from pipeline_lib.serving.servables.handles import Servables
from pipeline_lib.serving.servables.model_config import ModelConfig


class Observed:
    """Keeps what a `RequestObserver` is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, StatusCode]] = []
        self.example_counts: list[tuple[str, int]] = []

    def request(
        self, model_name: str, api: str, entrypoint: str, status: StatusCode, seconds: float
    ) -> None:
        assert seconds >= 0
        self.requests.append((model_name, api, entrypoint, status))

    def examples(self, model_name: str, count: int) -> None:
        self.example_counts.append((model_name, count))


class RunningServer:
    """Serves until the end of a `with` block.

    Args:
        servables: what is served.
        inference: answers the requests, in the place of a `ModelInference` over `servables`.
    """

    def __init__(self, servables: Servables, inference: Inference | None = None) -> None:
        self.observed = Observed()
        self.reloaded: list[Sequence[ModelConfig]] = []
        self._calls = DirectCalls()
        self._inference = inference or ModelInference(servables, self._calls)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="grpc-server")

    def __enter__(self) -> RunningServer:
        self._thread.start()
        self.do(self._start())
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.channel.close()
        self.do(self._server.stop(grace=None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._calls.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Await something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def in_loop(self, call: Callable[[], object]) -> None:
        """Call something in the server's loop, without waiting for it."""
        self._loop.call_soon_threadsafe(call)

    async def _start(self) -> None:
        self._server = grpc.aio.server()
        self.health = await add_services(self._server, self._inference, self._reload, self.observed)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()

    async def _reload(self, configs: Sequence[ModelConfig]) -> None:
        if any(config.base_path == "/refused" for config in configs):
            raise ServingError(StatusCode.INVALID_ARGUMENT, "This configuration is refused")
        self.reloaded.append(configs)
