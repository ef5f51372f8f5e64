"""The client at the other end of a request: its body, its patience, and the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from gateway.errors import BodyTooLarge, GatewayError
from gateway.headers import Raw

T = TypeVar("T")

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Reply: TypeAlias = tuple[int, bytes, bytes, Raw]
"""A whole reply: its status, content type and body, and further headers."""

EXTENSION = "furlong.caller"
"""Where a server that has a caller of its own puts it, among the extensions of the ASGI scope."""


class ClientGone(GatewayError):
    """Nobody waits for the answer any more."""


class Caller(Protocol):
    """Who made a request: known through plain ASGI, or through our own server's shorter ways.

    Attributes:
        admitted: Whether the server has let the request in already, and will see it out.
    """

    admitted: bool

    async def read(self, limit: int) -> bytes:
        """The whole body, counted while it arrives: its declared length is only a claim.

        Raises:
            BodyTooLarge: It is larger than so many bytes.
            ClientGone: It will never be complete.
        """
        ...

    def while_there(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """What does something for as long as the client waits for it; its body has been read.

        If the client goes before the work is done, the work is cancelled; whoever awaits it is told so by
        `ClientGone`, or by a cancellation of which `gave_up` knows.

        Raises:
            ClientGone: It has gone already.
        """
        ...

    def gave_up(self) -> bool:
        """Whether whoever awaits `while_there` was cancelled only because the client went; asked once."""
        ...

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Send the whole reply."""
        ...


@dataclass(slots=True)
class AsgiCaller:
    """A client known through ASGI alone."""

    receive: Receive
    send: Send
    admitted: bool = False

    async def read(self, limit: int) -> bytes:
        """The whole body."""
        read = bytearray()
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            read += message.get("body", b"")
            if len(read) > limit:
                raise BodyTooLarge(limit)
            more = message.get("more_body", False)
        return bytes(read)

    async def while_there(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work in a task, and listen in another."""
        doing, listening = asyncio.create_task(work), asyncio.create_task(self._gone())
        try:
            await asyncio.wait((doing, listening), return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                return doing.result()
            listening.result()
            raise ClientGone
        finally:
            doing.cancel()
            listening.cancel()
            await asyncio.gather(doing, listening, return_exceptions=True)

    def gave_up(self) -> bool:
        """Never: that the client went is told by `ClientGone`."""
        return False

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Send the reply in the two messages that ASGI wants."""
        fixed = ((b"content-type", content_type), (b"content-length", b"%d" % len(body)))
        await self.send({"type": "http.response.start", "status": status, "headers": [*fixed, *headers]})
        await self.send({"type": "http.response.body", "body": body})

    async def _gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


def caller_of(scope: Scope, receive: Receive, send: Send) -> Caller:
    """The server's own caller, if it has one."""
    extensions = scope.get("extensions")
    own: Caller | None = extensions.get(EXTENSION) if extensions else None
    return AsgiCaller(receive, send) if own is None else own
