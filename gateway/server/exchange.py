"""One request and its reply on a connection: plain ASGI for whoever knows no better, and shorter ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.caller import AsgiCaller, ClientGone
from gateway.headers import Raw
from gateway.server.standing import STATUS_LINES

T = TypeVar("T")


class Exchange(RequestResponseCycle):
    """uvicorn's exchange, which is also the `Caller` of an application that looks for one.

    A reply goes out in one write, and a client that goes is noticed without a task that waits for it.

    Attributes:
        admitted: Whether it has gone through the application's door.
        task: Carries out the request.
        fixed: Headers of every reply, as they go out.
    """

    admitted = False
    disconnected = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    task: asyncio.Task[None]
    fixed: bytes
    _event: asyncio.Event | None = None
    _something_new = False
    _at_work = False
    _given_up = False

    def __init__(
        self, protocol: HttpToolsProtocol, on_response: Callable[[], None], *, keep_alive: bool
    ) -> None:
        """Begin with a request whose head has come; the class has what is the same for all of them."""
        self.scope = protocol.scope
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.access_logger = protocol.access_logger
        self.access_log = protocol.access_log
        self.default_headers = protocol.server_state.default_headers
        self.on_response = on_response
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = protocol.expect_100_continue
        self.body = bytearray()

    @property
    def message_event(self) -> asyncio.Event:
        """Set when there is something to receive; hardly any request waits for it."""
        if self._event is None:
            self._event = asyncio.Event()
            if self._something_new:
                self._event.set()
        return self._event

    @message_event.setter
    def message_event(self, event: asyncio.Event | None) -> None:
        self._event = event

    def tell(self) -> None:
        """There is something to receive."""
        self._something_new = True
        if self._event is not None:
            self._event.set()

    async def read(self, limit: int) -> bytes:
        """The whole body: as a rule it came with the headers."""
        if not self.more_body and len(self.body) <= limit:
            # A connection keeps its last exchange, but not what was sent in it.
            body, self.body = self.body, bytearray()
            return bytes(body)
        receive: Any = self.receive  # uvicorn and Starlette name the same messages by different types
        send: Any = self.send
        return await AsgiCaller(receive, send).read(limit)

    async def while_there(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work in the request's own task, which is cancelled when the connection is lost."""
        if self.disconnected:
            work.close()
            raise ClientGone
        self._at_work = True
        try:
            return await work
        except asyncio.CancelledError:
            # Somebody else may have cancelled as well, as a server does that stops.
            if self._given_up and self.task.uncancel() == 0:
                self._given_up = False
                raise ClientGone from None
            raise
        finally:
            self._at_work = False
            if self._given_up:
                self.task.uncancel()

    async def reply(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Send the whole reply in one write."""
        if self.flow.write_paused:
            await self.flow.drain()
        if not self.disconnected:
            self.write(status, content_type, body, headers)

    def write(self, status: int, content_type: bytes, body: bytes, headers: Raw = ()) -> None:
        """Write the whole reply."""
        parts = [STATUS_LINES[status], self.fixed, b"content-type: ", content_type]
        for name, value in headers:
            parts += (b"\r\n", name, b": ", value)
        if not self.keep_alive:
            parts.append(b"\r\nconnection: close")
        parts += (b"\r\ncontent-length: %d\r\n\r\n" % len(body), body)
        self.response_started = self.response_complete = True
        self.transport.write(b"".join(parts))
        # The scope holds the exchange: as a ring they would be left to the garbage collector, with the task.
        self.scope.pop("extensions", None)
        self.tell()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def lose(self) -> None:
        """The connection is lost."""
        self.disconnected = not self.response_complete
        self.tell()
        if self._at_work and not self._given_up:
            self._given_up = True
            self.task.cancel()
