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

from gateway.admission import Door
from gateway.caller import EXTENSION
from gateway.server.exchange import Exchange
from gateway.server.glance import Glance
from gateway.server.limits import ClientLimits
from gateway.server.standing import Standing

MOST_READ: Final = 256 * 1024
"""What the event loop reads at once, in which several requests may lie."""

FLUSH_SECONDS: Final = 5.0
"""For a client that does not read what was sent to it, once its connection is being closed."""


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
        if self._is_refused_at_a_glance(data):
            self._keeping_alive = True
            self._turn_away()
            return
        self._fed = len(data) + (self._fed if self._in_head else 0)
        super().data_received(data)
        if self._unbegun is not None:
            # The rest of its body is still to come.
            self._start(self._unbegun)
        if self._in_head and self._fed > self.limits.head_bytes + MOST_READ:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self.url, self.headers, self.expect_100_continue = b"", [], False
        self._in_head, self._between = True, False
        self._deadline = self.loop.time() + self.limits.head_seconds

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; those that come after the body are passed over, for nothing bounds them."""
        if self._in_head:
            name = name.lower()
            if name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue" or self.expect_100_continue
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head of a request: begin with it, or line it up behind the one before."""
        self._in_head = False
        if self.transport.is_closing():
            return
        if self._is_too_large():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        self._deadline = self.loop.time() + self.limits.body_seconds
        version = self.parser.get_http_version()
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        is_next = self._is_free()
        if is_next and self._is_turned_away():
            self._turning_away, self._keeping_alive = True, keep_alive
            return
        self.scope = self._scope(version)
        if self.parser.should_upgrade() and self._should_upgrade():
            return
        exchange = self._exchange(keep_alive=keep_alive)
        self.cycle = exchange
        if is_next:
            self._active = self._unbegun = exchange
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((exchange, self.app))

    def on_body(self, body: bytes) -> None:
        """A part of a body, unless nobody reads it any more."""
        exchange = self.cycle
        if self._turning_away or exchange is None or exchange.response_complete:
            return
        exchange.body += body
        if len(exchange.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        exchange.tell()

    def on_message_complete(self) -> None:
        """A request has come: now it is our turn."""
        self._between = True
        exchange = self.cycle
        if self._turning_away:
            self._turning_away = False
            self._turn_away()
            return
        if exchange is None or self.transport.is_closing():
            return
        if exchange.response_complete:
            self._deadline = self._idle_until()
            return
        self._deadline = math.inf
        exchange.more_body = False
        exchange.tell()
        if exchange is self._unbegun:
            self._let_in(exchange)

    def on_response_complete(self) -> None:
        """A reply has gone out."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._deadline = self.loop.time() + FLUSH_SECONDS
            return
        self.flow.resume_reading()
        if self.pipeline:
            exchange, _ = self.pipeline.pop()
            assert isinstance(exchange, Exchange)  # noqa: S101 - only this class puts anything there
            self._start(exchange)
        elif not self.cycle.more_body:
            self._deadline = self._idle_until()

    def _idle_until(self) -> float:
        return self.loop.time() + self.limits.idle_seconds

    def _is_too_large(self) -> bool:
        headers: Iterable[tuple[bytes, bytes]] = self.headers
        if len(self.headers) > self.limits.headers:
            return True
        if self._fed <= self.limits.head_bytes:
            return False
        size = len(self.url) + sum(len(name) + len(value) for name, value in headers)
        return size > self.limits.head_bytes

    def _scope(self, version: str) -> Any:
        raw_path, _, query = self.url.partition(b"?")
        if not raw_path.startswith(b"/") or b"#" in query:
            parsed = httptools.parse_url(self.url)
            raw_path, query = parsed.path, parsed.query or b""
        path = raw_path.decode("ascii")
        return {
            **self._common,
            "http_version": version,
            "method": self.parser.get_method().decode("ascii"),
            "path": self.root_path + (urllib.parse.unquote(path) if "%" in path else path),
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def _exchange(self, *, keep_alive: bool) -> Exchange:
        exchange = Exchange(self, self.on_response_complete, keep_alive=keep_alive)
        exchange.fixed = self.standing.fixed(self.server_state.default_headers)
        scope: Any = self.scope
        scope["extensions"] = {EXTENSION: exchange}
        return exchange

    def _is_at_door(self) -> bool:
        door = self.door
        return door is not None and self.url == door.target and self.parser.get_method() == door.method

    def _is_free(self) -> bool:
        """Whether no reply is owed."""
        return self._active is None or self._active.response_complete

    def _is_refused_at_a_glance(self, data: bytes) -> bool:
        """Whether all that was read is a request that is refused; the parser need not know of it."""
        glance, door = self.glance, self.door
        if glance is None or door is None or not door.admission.is_full:
            return False
        return self._between and self._is_free() and glance.is_whole(data)

    def _is_turned_away(self) -> bool:
        return self.door is not None and self.door.admission.is_full and self._is_at_door()

    def _let_in(self, exchange: Exchange) -> None:
        """Begin with a request that is all there; its room is taken at once."""
        if self.door is not None and self._is_at_door():
            exchange.admitted = self.door.admission.enter()
        self._start(exchange)

    def _turn_away(self) -> None:
        """Answer without an exchange, let alone the application."""
        if self.door is None or self.transport.is_closing():
            return
        if self.flow.write_paused:
            # Who does not even read that is not told any more.
            self.transport.abort()
            return
        self.door.admission.refuse()
        self.transport.write(self.standing.refusal(self.door, self.server_state.default_headers))
        self._deadline = self._idle_until()
        if not self._keeping_alive:
            self.transport.close()

    def _start(self, exchange: Exchange) -> None:
        self._active, self._unbegun = exchange, None
        exchange.task = self.loop.create_task(self._carry_out(exchange))
        self.tasks.add(exchange.task)

    async def _carry_out(self, exchange: Exchange) -> None:
        try:
            await exchange.run_asgi(self.app)
        finally:
            self.tasks.discard(exchange.task)
            if exchange.admitted and self.door is not None:
                self.door.admission.leave()

    def _refuse(self, status: HTTPStatus) -> None:
        self.transport.write(self.standing.closing(status, self.server_state.default_headers))
        self.transport.close()
        self._deadline = self.loop.time() + FLUSH_SECONDS
