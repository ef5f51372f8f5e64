"""One request and its reply on a connection: plain ASGI for whoever knows no better, and shorter ways."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.caller import EXTENSION, AsgiCaller, ClientGone
from gateway.headers import Raw
from gateway.server.standing import Standing

T = TypeVar("T")


class Exchange(RequestResponseCycle):
    """uvicorn's exchange, which is also the `Caller` of an application that looks for one.

    A reply goes out in one write, and a client that goes is noticed without a task that waits for it.

    Attributes:
        admitted: Whether it has gone through the application's door.
        task: Carries out the request.
        body: What has come of the body, and was not read.
        standing: Bytes of replies.
    """

    admitted = False
    disconnected = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    body: bytes | bytearray = b""  # type: ignore[assignment]  # it mostly comes in one piece
    task: asyncio.Task[None]
    _event: asyncio.Event | None = None
    _at_work = False
    _given_up = False

    def __init__(self, protocol: HttpToolsProtocol, standing: Standing, *, keep_alive: bool) -> None:
        """Begin with a request whose head has come; the class has what is the same for all of them."""
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.default_headers = protocol.server_state.default_headers
        self.standing = standing
        self.keep_alive = keep_alive

    def go_through_asgi(self, protocol: HttpToolsProtocol, scope: Any) -> None:
        """Take what uvicorn's exchange has beside that."""
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
        """Set when there is something to receive; hardly any request waits for it."""
        if self._event is None:
            self._event = asyncio.Event()
            if self.body or not self.more_body or self.disconnected or self.response_complete:
                self._event.set()
        return self._event

    @message_event.setter
    def message_event(self, event: asyncio.Event | None) -> None:
        self._event = event

    def tell(self) -> None:
        """There is something to receive."""
        if self._event is not None:
            self._event.set()

    def take(self, body: bytes) -> int:
        """Keep a part of the body, and tell how much is kept."""
        if not self.body:
            self.body = body
        else:
            if isinstance(self.body, bytes):
                self.body = bytearray(self.body)
            self.body += body
        self.tell()
        return len(self.body)

    def taken(self) -> bytes:
        """The whole body, once: a connection keeps its last exchange, but not what was sent in it."""
        body, self.body = self.body, b""
        return bytes(body)

    async def read(self, limit: int) -> bytes:
        """The whole body: as a rule it came with the headers."""
        if not self.more_body and len(self.body) <= limit:
            return self.taken()
        receive: Any = self.receive  # uvicorn and Starlette name the same messages by different types
        send: Any = self.send
        return await AsgiCaller(receive, send).read(limit)

    def while_there(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """The work, for the request's own task, which is cancelled when the connection is lost."""
        if self.disconnected:
            work.close()
            raise ClientGone
        self._at_work = True
        return work

    def gave_up(self) -> bool:
        """Whether the task was cancelled for that, and by nobody else, as a server does that stops."""
        gave_up = self._given_up and self.task.uncancel() == 0
        self._given_up = False
        return gave_up

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Send the whole reply in one write."""
        if self.flow.write_paused:
            await self.writable()
        if not self.disconnected:
            self.write(status, content_type, body, headers)
            self.on_response()

    async def writable(self) -> None:
        """Wait for a client that is slow to read."""
        self._at_work = False
        await self.flow.drain()

    def write(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Write the whole reply."""
        head = self.standing.head(status, content_type, self.default_headers)
        rest = b"\r\n\r\n" if self.keep_alive and not headers else self._rest(headers)
        self.response_started = self.response_complete = True
        self.transport.write(b"".join((head, b"%d" % len(body), rest, body)))
        if self._event is not None:
            self._event.set()
        if not self.keep_alive:
            self.transport.close()

    def _rest(self, headers: Raw) -> bytes:
        """The end of a head that says more than most do."""
        lines = [b"\r\n%b: %b" % each for each in headers]
        if not self.keep_alive:
            lines.append(b"\r\nconnection: close")
        return b"".join((*lines, b"\r\n\r\n"))

    def lose(self) -> None:
        """The connection is lost."""
        self.disconnected = not self.response_complete
        self.tell()
        if self._at_work and not self._given_up:
            self._given_up = True
            self.task.cancel()
