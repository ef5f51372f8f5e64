"""The client of a request: reads its body, notices when it disconnects, sends the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
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
BODILESS: Final = frozenset({204, NOT_MODIFIED})
"""The statuses of replies without a body, which say nothing of its length and type."""

EXTENSION = "furlong.client"
"""The extension of the ASGI scope in which a server passes its own `Client`."""


class Client(pipeline_stages.Client, Protocol):
    """The client of a request, through plain ASGI or through our own server.

    Attributes:
        admitted: Whether the server has admitted the request already, and will release its slot.
    """

    admitted: bool

    async def read(self, limit: int) -> bytes:
        """Read the whole body, and measure it while it arrives: its declared length is only a claim.

        Raises:
            BodyTooLarge: The body is larger than `limit` bytes.
            ClientDisconnected: The client disconnected before the body was complete.
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
        """Return once whether the client's disconnection, and nothing else, cancelled `until_disconnect`."""
        ...

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: RawHeaders = ()) -> None:
        """Send the whole reply."""
        ...


@dataclass(slots=True)
class AsgiClient:
    """A client behind a plain ASGI server.

    Attributes:
        address: The address at the other end of the connection, as the server says.
    """

    receive: Receive
    send: Send
    admitted: bool = False
    address: str | None = None

    async def read(self, limit: int) -> bytes:
        """Read the whole body."""
        read = bytearray()
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnected
            read += message.get("body", b"")
            if len(read) > limit:
                raise BodyTooLarge(limit)
            more = message.get("more_body", False)
        return bytes(read)

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
        """Send the reply as the two messages of ASGI."""
        fixed: RawHeaders = ((b"content-type", content_type), (b"content-length", b"%d" % len(body)))
        if status in BODILESS:
            fixed = ()
        await self.send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
        await self.send({"type": "http.response.body", "body": body})

    async def _disconnected(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def client_of(scope: Scope, receive: Receive, send: Send) -> Client:
    """Return the server's own client if it passes one, else one over ASGI."""
    extensions = scope.get("extensions")
    own: Client | None = extensions.get(EXTENSION) if extensions else None
    if own is not None:
        return own
    peer = scope.get("client")
    return AsgiClient(receive, send, address=peer[0] if peer else None)
