"""One request and its reply on a connection, through ASGI or the fast path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.errors import ClientDisconnected
from gateway.http.client import BODILESS, EXTENSION, AsgiClient
from gateway.http.headers import RawHeaders
from gateway.http.server.heads import ResponseHeads

T = TypeVar("T")


class Exchange(RequestResponseCycle):
    """uvicorn's exchange, which is also the gateway's `Client`.

    It sends a reply in one write, and needs no extra task to notice a disconnection.

    Attributes:
        admitted: Whether the fast path has admitted the request.
        is_stream: Whether the reply is a stream, which disconnects slow clients itself.
        reads_chunks: Whether the client knows bodies in chunks: HTTP/1.1.
        task: The task that answers the request.
        body: The part of the body that has arrived but has not been read.
        response_heads: The heads of replies.
    """

    admitted = is_stream = False
    reads_chunks = True
    disconnected = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    body: bytes | bytearray = b""  # type: ignore[assignment]  # it mostly arrives in one piece
    task: asyncio.Task[None]
    _event: asyncio.Event | None = None
    _is_asgi = False
    _is_cancellable = False
    _cancelled = False

    def __init__(
        self, protocol: HttpToolsProtocol, response_heads: ResponseHeads, *, keep_alive: bool
    ) -> None:
        """Start with a request whose head has arrived; constant attributes live on the class."""
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
        """Set the attributes that uvicorn's exchange needs for ASGI."""
        self._is_asgi = True
        scope["extensions"] = {EXTENSION: self}
        self.scope = scope
        self.logger = protocol.logger
        self.access_logger = protocol.access_logger
        self.access_log = protocol.access_log
        self.on_response = protocol.on_response_complete
        self.waiting_for_100_continue = any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"]
        )

    async def run_asgi(self, app: Any) -> None:
        """Answer by an application; it has no fault if it waits for a body whose client has gone."""

        async def answered(scope: Any, receive: Any, send: Any) -> Any:
            try:
                return await app(scope, receive, send)
            except ClientDisconnect:
                if not self.disconnected:
                    raise
                self.logger.debug("A client disconnected before its request was complete")

        await super().run_asgi(answered)

    @property
    def message_event(self) -> asyncio.Event:
        """The event that is set when there is a message to receive; created only when needed."""
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
        """Return the whole body and release it: a connection keeps its last exchange alive."""
        body, self.body = self.body, b""
        return bytes(body)

    async def read(self, limit: int) -> bytes:
        """Read the whole body, which usually arrived with the headers."""
        if not self.more_body and len(self.body) <= limit:
            return self.take_body()
        return await self._asgi().read(limit)

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; reading the connection pauses while nobody takes more."""
        return self._asgi().chunks()

    def _asgi(self) -> AsgiClient:
        receive: Any = self.receive  # uvicorn and Starlette have different types for the same messages
        send: Any = self.send
        return AsgiClient(receive, send)

    def until_disconnect(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Return the work for the request's own task, which a lost connection cancels."""
        if self.disconnected:
            work.close()
            raise ClientDisconnected
        self._is_cancellable = True
        return work

    def was_disconnected(self) -> bool:
        """Return whether the lost connection alone cancelled the task, rather than a stopping server."""
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

    async def begin(self, status: int, content_type: bytes, headers: RawHeaders = ()) -> ChunkedReply:
        """Send the head of a reply whose body comes in pieces."""
        head = self.response_heads.streamed(status, content_type, self.default_headers)
        is_chunked = self.reads_chunks
        if not is_chunked:
            self.keep_alive = False
        more = (*headers, (b"transfer-encoding", b"chunked")) if is_chunked else headers
        rest = self.response_heads.rest(more, keep_alive=self.keep_alive)
        self.response_started = True
        self.transport.write(head + rest)
        return ChunkedReply(self, is_chunked=is_chunked)

    def end_body(self, end: bytes) -> None:
        """End a body that came in pieces."""
        if self.disconnected or self.response_complete:
            return
        self.response_complete = True
        self.transport.write(end)
        if not self.keep_alive:
            self.transport.close()
        if self._is_asgi:
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


class ChunkedReply:
    """The body of a reply, in chunks (RFC 9112, 7.1), or up to the end of the connection for HTTP/1.0.

    Args:
        exchange: The request and its reply.
        is_chunked: Whether the client reads chunks.
    """

    __slots__ = ("_exchange", "_is_chunked")

    def __init__(self, exchange: Exchange, *, is_chunked: bool) -> None:
        self._exchange = exchange
        self._is_chunked = is_chunked

    @property
    def is_full(self) -> bool:
        """Whether the client has left so much unread that it should not be sent more."""
        return self._exchange.flow.write_paused

    def limit(self, size: int) -> None:
        """Count the client as slow from so many unread bytes on, which the caller watches."""
        self._exchange.is_stream = True
        self._exchange.transport.set_write_buffer_limits(size)

    async def send(self, piece: bytes) -> None:
        """Send a piece, and wait until the client has read enough."""
        self.send_soon(piece)
        if self._exchange.flow.write_paused:
            await self._exchange.flow.drain()

    def send_soon(self, piece: bytes) -> None:
        """Send a piece without waiting."""
        if not self._exchange.disconnected and piece:
            framed = b"%x\r\n%b\r\n" % (len(piece), piece) if self._is_chunked else piece
            self._exchange.transport.write(framed)

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece, and end the body."""
        self.send_soon(piece)
        self._exchange.end_body(b"0\r\n\r\n" if self._is_chunked else b"")

    def abort(self) -> None:
        """Disconnect a client that does not read."""
        self._exchange.transport.abort()
