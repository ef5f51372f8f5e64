"""HTTP/1.1 on a connection: uvicorn's protocol on httptools, with limits and less work for each request."""

from __future__ import annotations

import asyncio
import math
import urllib.parse
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

import httptools
from uvicorn import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.door import Door
from gateway.headers import Raw
from gateway.server.exchange import Exchange
from gateway.server.glance import Glance
from gateway.server.limits import ClientLimits
from gateway.server.standing import Standing

MOST_READ: Final = 256 * 1024
"""What the event loop reads at once, in which several requests may lie."""

FLUSH_SECONDS: Final = 5.0
"""For a client that does not read what was sent to it, once its connection is being closed."""


NO_ANSWER: Final = b"Internal Server Error"


class Protocols:
    """Makes the protocol of each connection, and closes those whose clients take too long.

    Attributes:
        limits: For each connection.
    """

    def __init__(self, limits: ClientLimits) -> None:
        self.limits = limits
        shortest = min(limits.head_seconds, limits.body_seconds, limits.idle_seconds)
        self._sweep_seconds = min(1.0, shortest / 2)
        self._standing = Standing()
        self._sweeping = False
        self._glance: Glance | None = None

    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> asyncio.Protocol:
        """As uvicorn calls a protocol's class."""
        protocol = BoundedProtocol(config, server_state, app_state, _loop)
        protocol.standing = self._standing
        protocol.limits = self.limits
        protocol.door = getattr(protocol.app, "door", None)
        protocol.glance = self._glance_at(protocol.door)
        if not self._sweeping:
            self._sweeping = True
            protocol.loop.call_later(self._sweep_seconds, self._sweep, protocol.loop, server_state)
        return protocol

    def _glance_at(self, door: Door | None) -> Glance | None:
        if door is not None and self._glance is None:
            self._glance = Glance.at(door, self.limits)
        return self._glance

    def _sweep(self, loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
        """One timer for all connections costs less than one for each request."""
        now = loop.time()
        mine = [each for each in state.connections if isinstance(each, BoundedProtocol)]
        for each in mine:
            each.check(now)
        self._sweeping = bool(mine)
        if mine:
            loop.call_later(self._sweep_seconds, self._sweep, loop, state)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds.

    Attributes:
        standing: Bytes of replies.
        limits: What the client may take.
        door: Of the application, if it has one.
        glance: At requests to it.
    """

    standing: Standing
    limits: ClientLimits
    door: Door | None
    glance: Glance | None
    _common: dict[str, Any]
    _deadline: float
    _fed = 0
    _in_head = False
    _between = True
    _at_door = False
    _untimed = False
    _active: Exchange | None = None
    _unbegun: Exchange | None = None
    _turning_away = _keeping_alive = False
    cycle: Exchange

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client has connected, and is expected to say something."""
        super().connection_made(transport)
        self._common = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
        }
        self._deadline = self.loop.time() + self.limits.head_seconds

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, and nobody needs what it asked for."""
        self.pipeline.clear()
        if self._active is not None:
            self._active.lose()
        super().connection_lost(exc)

    def check(self, now: float) -> None:
        """Cut off a client that has taken too long."""
        if now < self._deadline:
            return
        self._deadline = now + FLUSH_SECONDS
        if self.transport.is_closing():
            self.transport.abort()
        elif self._active is not None and not self._active.response_complete:
            # It waits for one answer and is slow with the next request, or with the body of this one.
            if self.cycle is self._active and not self._active.response_started:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on; no more is kept of a head than the limit allows and one read brings."""
        door = self.door
        if door is not None and door.admission.is_full and self._is_whole(data):
            # The parser need not know of it.
            self._keeping_alive = True
            self._turn_away(door)
            return
        self._fed = len(data) + (self._fed if self._in_head else 0)
        super().data_received(data)
        if self._between:
            return
        if self._unbegun is not None:
            # The rest of its body is still to come.
            self._start_by_asgi(self._unbegun)
        if self._in_head and self._fed > self.limits.head_bytes + MOST_READ:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._untimed:
            seconds = self.limits.head_seconds if self._in_head else self.limits.body_seconds
            self._deadline, self._untimed = self.loop.time() + seconds, False

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self.url = b""
        self.headers = []
        self._in_head = self._untimed = True
        self._between = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; those that come after the body are passed over, for nothing bounds them."""
        if self._in_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head of a request: begin with it, or line it up behind the one before."""
        self._in_head = False
        if self.transport.is_closing():
            return
        limits = self.limits
        if len(self.headers) > limits.headers or (self._fed > limits.head_bytes and self._is_too_long()):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._untimed = True
        parser, door = self.parser, self.door
        keep_alive = parser.should_keep_alive() and parser.get_http_version() != "1.0"
        is_next = self._active is None or self._active.response_complete
        self._at_door = (
            is_next and door is not None and self.url == door.target and parser.get_method() == door.method
        )
        if self._at_door and door is not None and door.admission.is_full:
            self._turning_away, self._keeping_alive = True, keep_alive
            return
        if parser.should_upgrade() and self._should_upgrade():
            self.scope = self._scope()
            return
        exchange = self.cycle = Exchange(self, self.standing, keep_alive=keep_alive)
        if is_next:
            self._active = self._unbegun = exchange
        else:
            self.flow.pause_reading()
            exchange.go_through_asgi(self, self._scope())
            self.pipeline.appendleft((exchange, self.app))

    def on_body(self, body: bytes) -> None:
        """A part of a body, unless nobody reads it any more."""
        exchange = self.cycle
        if exchange is self._unbegun and exchange is not None and not exchange.body:
            exchange.body = body  # mostly that is all
        elif self._turning_away or exchange is None or exchange.response_complete:
            return
        elif exchange.take(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """A request has come: now it is our turn."""
        self._between = True
        exchange = self._unbegun
        if exchange is None or self.transport.is_closing():
            self._end_of_another()
            return
        self._deadline = math.inf
        exchange.more_body = False
        if self._at_door and self.door is not None:
            self._let_in(exchange, self.door)
        else:
            self._start_by_asgi(exchange)

    def _end_of_another(self) -> None:
        """The end of a request that was begun before, has to wait, or gets no answer."""
        exchange = self.cycle
        if self._turning_away and self.door is not None:
            self._turning_away = False
            self._turn_away(self.door)
        elif exchange is None or self.transport.is_closing():
            return
        elif exchange.response_complete:
            self._deadline = self.loop.time() + self.limits.idle_seconds
        else:
            self._deadline = math.inf
            exchange.more_body = False
            exchange.tell()

    def on_response_complete(self) -> None:
        """A reply has gone out."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._deadline = self.loop.time() + FLUSH_SECONDS
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            exchange, _ = self.pipeline.pop()
            assert isinstance(exchange, Exchange)  # noqa: S101 - only this class puts anything there
            self._start(exchange)
        elif not self.cycle.more_body:
            self._deadline = self.loop.time() + self.limits.idle_seconds

    def _is_too_long(self) -> bool:
        """Whether the head is, of all that was fed."""
        headers: Iterable[tuple[bytes, bytes]] = self.headers
        size = len(self.url) + sum(len(name) + len(value) for name, value in headers)
        return size > self.limits.head_bytes

    def _scope(self) -> Any:
        """Of the request whose head came last."""
        raw_path, _, query = self.url.partition(b"?")
        if not raw_path.startswith(b"/") or b"#" in query:
            parsed = httptools.parse_url(self.url)
            raw_path, query = parsed.path, parsed.query or b""
        path = raw_path.decode("ascii")
        return {
            **self._common,
            "http_version": self.parser.get_http_version(),
            "method": self.parser.get_method().decode("ascii"),
            "path": self.root_path + (urllib.parse.unquote(path) if "%" in path else path),
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def _is_whole(self, data: bytes) -> bool:
        """Whether all that was read is a request to the door, and nothing is owed to one before."""
        if self.glance is None or not self._between:
            return False
        return (self._active is None or self._active.response_complete) and self.glance.is_whole(data)

    def _turn_away(self, door: Door) -> None:
        """Answer without an exchange, let alone the application."""
        if self.transport.is_closing():
            return
        if self.flow.write_paused:
            # Who does not even read that is not told any more.
            self.transport.abort()
            return
        door.admission.refuse()
        self.transport.write(self.standing.refusal(door, self.server_state.default_headers))
        self._deadline = self.loop.time() + self.limits.idle_seconds
        if not self._keeping_alive:
            self.transport.close()

    def _let_in(self, exchange: Exchange, door: Door) -> None:
        """Begin with a request that is all there; its room is taken at once."""
        self._unbegun = None
        exchange.admitted = door.admission.enter()
        exchange.task = self.loop.create_task(self._answer(exchange, door, self.headers, exchange.taken()))
        self.tasks.add(exchange.task)

    async def _answer(self, exchange: Exchange, door: Door, headers: Raw, body: bytes) -> None:
        try:
            reply = await door.answer(exchange, headers, body)
            if exchange.flow.write_paused:
                await exchange.writable()
            if not exchange.disconnected:
                exchange.write(*reply)
                self.on_response_complete()
        except BaseException as error:  # noqa: BLE001 - as uvicorn does it for what goes through ASGI
            self._fail(exchange, error)
        finally:
            self.tasks.discard(exchange.task)
            if exchange.admitted:
                door.admission.leave()

    def _fail(self, exchange: Exchange, error: BaseException) -> None:
        """Say that there is no answer: the server stops, as a rule."""
        self.logger.error("A request at the door was not answered", exc_info=error)
        if exchange.response_started:
            self.transport.close()
        elif not exchange.disconnected:
            exchange.keep_alive = False
            exchange.write(HTTPStatus.INTERNAL_SERVER_ERROR, b"text/plain; charset=utf-8", NO_ANSWER)
            self.on_response_complete()

    def _start_by_asgi(self, exchange: Exchange) -> None:
        """Begin with the request whose head came last."""
        exchange.go_through_asgi(self, self._scope())
        self._start(exchange)

    def _start(self, exchange: Exchange) -> None:
        self._active, self._unbegun = exchange, None
        exchange.task = self.loop.create_task(self._carry_out(exchange))
        self.tasks.add(exchange.task)

    async def _carry_out(self, exchange: Exchange) -> None:
        scope: Any = exchange.scope
        try:
            await exchange.run_asgi(self.app)
        finally:
            self.tasks.discard(exchange.task)
            # It holds the exchange: as a ring they would be left to the garbage collector, with the task.
            scope.pop("extensions", None)

    def _refuse(self, status: HTTPStatus) -> None:
        self.transport.write(self.standing.closing(status, self.server_state.default_headers))
        self.transport.close()
        self._deadline, self._untimed = self.loop.time() + FLUSH_SECONDS, False
