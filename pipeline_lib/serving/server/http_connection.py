"""An HTTP connection that no client can fill with memory, or hold without asking for anything.

uvicorn bounds neither how long the first line and the headers of a request are, nor how long they
may take to come: a hundred megabytes of headers cost it gigabytes. Nor does it bound how many
requests wait on a connection whose answers are not read: a hundred megabytes of these cost more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sized
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pipeline_lib.serving.rest_api import json_answers

MOST_HEAD_BYTES = 64 * 1024
"""So long a request's first line and headers may be, and a few hundred kilobytes more where they
come at once: they are counted as they are read."""

_TOO_LONG = json_answers.error(
    f"The first line and the headers of the request are longer than {MOST_HEAD_BYTES} bytes"
)


class _OneAfterTheOther(FlowControl):
    """Reads no more from a connection while requests that were read wait for their turns."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, but while requests wait: uvicorn does so at each of them."""
        if not self._waiting:
            super().resume_reading()


class BoundedHttpConnection(HttpToolsProtocol):
    """Closes a connection whose next request is too long in coming, or whose head is too long.

    An idle connection stays for uvicorn's `timeout_keep_alive`, and so may the head of a request
    take from its first byte to its last.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._expects_head = True
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self.flow = _OneAfterTheOther(transport, self.pipeline)
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what was read; the rest of a head at most, or the connection ends."""
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._expects_head or self.transport.is_closing():
            return
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse()
        elif self._head_timer is None and self._head_bytes:
            self._start_head_timer()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._stop_head_timer()
        self._expects_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is there, and what comes next is another head."""
        self._expects_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """A request to go on with another protocol is answered in this one, without a word."""

    def _start_head_timer(self) -> None:
        self._head_timer = self.loop.call_later(self.timeout_keep_alive, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        if self._is_answering():
            self._start_head_timer()
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        # uvicorn declares that there is always one, and begins with `None`.
        return getattr(self.cycle, "response_complete", True) is False

    def _refuse(self) -> None:
        if not self._is_answering():
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-type: application/json\r\ncontent-length: %d\r\n"
                b"connection: close\r\n\r\n%b" % (len(_TOO_LONG), _TOO_LONG)
            )
        self.transport.close()
