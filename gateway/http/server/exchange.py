"""One request and its reply on a connection, through ASGI or the fast path."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.errors import ClientDisconnected
from gateway.http.client import BODILESS, EXTENSION, AsgiClient
from gateway.http.headers import RawHeaders
from gateway.http.server.response_heads import ResponseHeads

T = TypeVar("T")


class Exchange(RequestResponseCycle):
    """uvicorn's exchange, which is also the gateway's `Client`.

    It sends a reply in one write, and needs no extra task to notice a disconnection.

    Attributes:
        admitted: Whether the fast path has admitted the request.
        task: The task that answers the request.
        body: The part of the body that has arrived and was not read.
        response_heads: The heads of replies.
    """

    admitted = False
    disconnected = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    body: bytes | bytearray = b""  # type: ignore[assignment]  # it mostly arrives in one piece
    task: asyncio.Task[None]
    _event: asyncio.Event | None = None
    _is_cancellable = False
    _cancelled = False

    def __init__(
        self, protocol: HttpToolsProtocol, response_heads: ResponseHeads, *, keep_alive: bool
    ) -> None:
        """Start with a request whose head has arrived; constant attributes are the class's."""
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.default_headers = protocol.server_state.default_headers
        self.response_heads = response_heads
        self.keep_alive = keep_alive
        self._peer = protocol.client

    @property
    def address(self) -> str | None:
        """The address at the other end of the connection; None for a socket without addresses."""
        return None if self._peer is None else self._peer[0]

    def prepare_asgi(self, protocol: HttpToolsProtocol, scope: Any) -> None:
        """Add the attributes that uvicorn's exchange needs for ASGI."""
        scope["extensions"] = {EXTENSION: self}
        self.scope = scope
        self.logger = protocol.logger
        self.access_logger = protocol.access_logger
        self.access_log = protocol.access_log
        self.on_response = protocol.on_response_complete
        self.waiting_for_100_continue = any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"]
        )

    @property
    def message_event(self) -> asyncio.Event:
        """The event that is set when there is a message to receive; few requests need it."""
        if self._event is None:
            self._event = asyncio.Event()
            if self.body or not self.more_body or self.disconnected or self.response_complete:
                self._event.set()
        return self._event

    @message_event.setter
    def message_event(self, event: asyncio.Event | None) -> None:
        self._event = event

    def wake_receiver(self) -> None:
        """Wake a receiver that waits for a message."""
        if self._event is not None:
            self._event.set()

    def buffer_body(self, body: bytes) -> int:
        """Buffer a part of the body, and return the buffered size."""
        if not self.body:
            self.body = body
        else:
            if isinstance(self.body, bytes):
                self.body = bytearray(self.body)
            self.body += body
        self.wake_receiver()
        return len(self.body)

    def take_body(self) -> bytes:
        """Return the whole body, and release it: a connection keeps its last exchange alive."""
        body, self.body = self.body, b""
        return bytes(body)

    async def read(self, limit: int) -> bytes:
        """Read the whole body, which usually arrived with the headers."""
        if not self.more_body and len(self.body) <= limit:
            return self.take_body()
        receive: Any = self.receive  # uvicorn and Starlette name the same messages by different types
        send: Any = self.send
        return await AsgiClient(receive, send).read(limit)

    def until_disconnect(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Return the work for the request's own task, which a lost connection cancels."""
        if self.disconnected:
            work.close()
            raise ClientDisconnected
        self._is_cancellable = True
        return work

    def was_disconnected(self) -> bool:
        """Return whether the lost connection alone cancelled the task, and not a server that stops."""
        was_disconnected = self._cancelled and self.task.uncancel() == 0
        self._cancelled = False
        return was_disconnected

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: RawHeaders = ()) -> None:
        """Send the whole reply in one write."""
        if self.flow.write_paused:
            await self.writable()
        if not self.disconnected:
            self.write(status, content_type, body, headers)
            self.on_response()

    async def writable(self) -> None:
        """Wait for a client that reads slowly."""
        self._is_cancellable = False
        await self.flow.drain()

    def write(self, status: int, content_type: bytes, body: bytes, headers: RawHeaders = ()) -> None:
        """Write the complete reply."""
        head = self.response_heads.head(status, content_type, self.default_headers)
        rest = self.response_heads.rest(headers, keep_alive=self.keep_alive)
        self.response_started = self.response_complete = True
        if status in BODILESS:
            self.transport.write(self.response_heads.bodiless(status, self.default_headers) + rest)
        else:
            self.transport.write(b"".join((head, b"%d" % len(body), rest, body)))
        if self._event is not None:
            self._event.set()
        if not self.keep_alive:
            self.transport.close()

    def connection_lost(self) -> None:
        """Cancel the request after its connection was lost."""
        self.disconnected = not self.response_complete
        self.wake_receiver()
        if self._is_cancellable and not self._cancelled:
            self._cancelled = True
            self.task.cancel()
