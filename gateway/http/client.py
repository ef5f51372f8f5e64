"""The client of a request: reads its body, notices when it disconnects, sends the reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from gateway.errors import BodyTooLarge, ClientDisconnected
from gateway.http.headers import RawHeaders
from gateway.pipeline import stages as pipeline_stages

T = TypeVar("T")

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Reply: TypeAlias = tuple[int, bytes, bytes, RawHeaders]
"""A complete reply: its status, content type and body, and additional headers."""

NOT_MODIFIED: Final = 304
STREAMED: Final[Reply] = (0, b"", b"", ())
"""Stands for a reply that has been sent already, piece by piece."""

BODILESS: Final = frozenset({204, NOT_MODIFIED})
"""The statuses of replies without a body, and so without Content-Length and Content-Type."""

EXTENSION = "furlong.client"
"""The ASGI scope extension in which a server passes its own `Client`."""


class Client(pipeline_stages.Client, Protocol):
    """The client of a request, through plain ASGI or through our own server.

    Attributes:
        admitted: Whether the server has admitted the request already, and will release its slot.
    """

    admitted: bool

    async def read(self, limit: int) -> bytes:
        """Read the whole body, measuring it as it arrives: its declared length is only a claim.

        Raises:
            BodyTooLarge: The body is larger than `limit` bytes.
            ClientDisconnected: The client disconnected before the body was complete.
        """
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives; the connection is read no faster than this.

        Iterating raises `ClientDisconnected` if the client disconnected before the body was complete.
        """
        ...

    def until_disconnect(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Run work until it is done or the client disconnects; the body must have been read.

        If the client disconnects first, the work is cancelled, and the awaiting task sees either
        `ClientDisconnected` or a cancellation for which `was_disconnected` returns True.

        Raises:
            ClientDisconnected: The client has disconnected already.
        """
        ...

    def was_disconnected(self) -> bool:
        """Return True once if the client's disconnection, and nothing else, cancelled `until_disconnect`."""
        ...

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: RawHeaders = ()) -> None:
        """Send the whole reply."""
        ...

    async def begin(self, status: int, content_type: bytes, headers: RawHeaders = ()) -> ReplyStream:
        """Send the head of a reply whose body comes in pieces."""
        ...


class ReplyStream(Protocol):
    """The body of a reply, which is sent in pieces."""

    @property
    def is_full(self) -> bool:
        """Whether the client has left so much unread that it should not be sent more."""
        ...

    def limit(self, size: int) -> None:
        """Count the client as slow from so many unread bytes on."""
        ...

    async def send(self, piece: bytes) -> None:
        """Send a piece, and wait until the client has read enough."""
        ...

    def send_soon(self, piece: bytes) -> None:
        """Send a piece without waiting."""
        ...

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece, and end the body."""
        ...

    def abort(self) -> None:
        """Disconnect a client that does not read."""
        ...


@dataclass(slots=True)
class AsgiClient:
    """A client behind a plain ASGI server.

    Attributes:
        address: The address at the other end of the connection, as the server reports it.
    """

    receive: Receive
    send: Send
    admitted: bool = False
    address: str | None = None

    async def read(self, limit: int) -> bytes:
        """Read the whole body."""
        read = bytearray()
        async for chunk in self.chunks():
            read += chunk
            if len(read) > limit:
                raise BodyTooLarge(limit)
        return bytes(read)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives."""
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            yield message.get("body", b"")
            more = message.get("more_body", False)

    async def until_disconnect(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the work in one task, and wait for a disconnection in another."""
        doing, listening = asyncio.create_task(work), asyncio.create_task(self._disconnected())
        try:
            await asyncio.wait((doing, listening), return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            listening.result()
            raise ClientDisconnected
        finally:
            doing.cancel()
            listening.cancel()
            await asyncio.gather(doing, listening, return_exceptions=True)

    def was_disconnected(self) -> bool:
        """Return False: a disconnection always raises `ClientDisconnected`."""
        return False

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: RawHeaders = ()) -> None:
        """Send the reply as ASGI's two messages."""
        fixed: RawHeaders = ((b"content-type", content_type), (b"content-length", b"%d" % len(body)))
        if status in BODILESS:
            fixed = ()
        await self.send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
        await self.send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, content_type: bytes, headers: RawHeaders = ()) -> ReplyStream:
        """Send the head of a reply whose body comes in pieces."""
        lines = [(b"content-type", content_type), *headers]
        await self.send({"type": "http.response.start", "status": status, "headers": lines})
        return AsgiReplyStream(self.send)

    async def _disconnected(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


@dataclass(slots=True)
class AsgiReplyStream:
    """The body of a reply through a plain ASGI server, which waits for slow clients by itself.

    Attributes:
        is_full: False: the server does not say.
    """

    message: Send
    is_full: bool = False
    _sending: asyncio.Task[None] | None = None

    def limit(self, size: int) -> None:
        """Leave the server as it is."""

    async def send(self, piece: bytes) -> None:
        """Send a piece."""
        await self.message({"type": "http.response.body", "body": piece, "more_body": True})

    def send_soon(self, piece: bytes) -> None:
        """Send a piece in a task, unless one is still being sent."""
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self.send(piece))

    async def end(self, piece: bytes = b"") -> None:
        """Send the last piece."""
        await self.message({"type": "http.response.body", "body": piece})

    def abort(self) -> None:
        """Leave the client to the server."""


def client_of(scope: Scope, receive: Receive, send: Send) -> Client:
    """Return the server's own client if it passes one, else a client over ASGI."""
    extensions = scope.get("extensions")
    own: Client | None = extensions.get(EXTENSION) if extensions else None
    if own is not None:
        return own
    peer = scope.get("client")
    return AsgiClient(receive, send, address=peer[0] if peer else None)
