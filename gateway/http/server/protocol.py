"""HTTP/1.1 on a connection: uvicorn's httptools protocol with limits and a fast path."""

from __future__ import annotations

import asyncio
import math
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.http.cors_endpoint import origin_of
from gateway.http.draining import Draining
from gateway.http.fast_path import FastPath
from gateway.http.headers import RawHeaders
from gateway.http.server.asgi_scope import of_connection, target
from gateway.http.server.exchange import Exchange
from gateway.http.server.limits import ClientLimits
from gateway.http.server.request_sniffer import RequestSniffer
from gateway.http.server.response_heads import ResponseHeads
from gateway.http.server.strict_head import CHUNK_BYTES, DECISIVE, PIECE, refusal, size

MAX_READ: Final = 256 * 1024
"""The most that the event loop reads at once, which may hold several requests."""

FLUSH_SECONDS: Final = 5.0
"""How long a closing connection waits for a client that does not read its reply."""

NO_HEADERS: Final[RawHeaders] = ()
INTERNAL_ERROR: Final = b"Internal Server Error"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits and a fast path.

    Attributes:
        response_heads: The heads of replies.
        limits: The limits of the connection.
        draining: Whether the server is about to stop.
        fast_path: The application's fast path, if it has one.
        sniffer: Recognizes ordinary requests for the fast path.
    """

    response_heads: ResponseHeads
    limits: ClientLimits
    draining: Draining
    fast_path: FastPath | None
    sniffer: RequestSniffer | None
    _common: dict[str, Any]
    _deadline: float
    _bytes_read = 0
    _reading_head = False
    _between_requests = True
    _on_fast_path = False
    _needs_deadline = False
    _active: Exchange | None = None
    _unstarted: Exchange | None = None
    _rejecting = _keeping_alive = False
    _is_chunked = False
    _framing_bytes = 0
    _usual_head: RawHeaders | None = None
    cycle: Exchange

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the time limit for the first request of a new connection."""
        super().connection_made(transport)
        self._common = of_connection(self)
        self._deadline = self.loop.time() + self.limits.head_seconds

    def connection_lost(self, exc: Exception | None) -> None:
        """Client disconnected; cancel its request."""
        self.pipeline.clear()
        if self._active is not None:
            self._active.connection_lost()
        super().connection_lost(exc)

    def check(self, now: float) -> None:
        """Disconnect a client that has exceeded a time limit."""
        if now < self._deadline:
            return
        self._deadline = now + FLUSH_SECONDS
        if self.transport.is_closing():
            self.transport.abort()
        elif self._active is not None and not self._active.response_complete:
            # The client waits for a reply while it slowly sends the next request, or the body of this one.
            if self.cycle is self._active and not self._active.response_started:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._reading_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Parse data; buffer no more of a head than the limit plus one read."""
        fast_path = self.fast_path
        if fast_path is not None and fast_path.admission.is_full and self._is_complete(data):
            # The parser need not see the request.
            self._keeping_alive = True
            self._reject(fast_path, data)
            return
        self._bytes_read = len(data) + (self._bytes_read if self._reading_head else 0)
        piece = len(data)
        if piece > PIECE and (self._is_chunked or self._reading_head or b"chunked" in data.lower()):
            piece = PIECE
        for begin in range(0, len(data), piece):
            # After an upgrade, another protocol has the connection.
            if begin and (self.transport.is_closing() or self not in self.connections):
                break
            self._parse(data[begin : begin + piece])
        if self._between_requests or self.transport.is_closing():
            return
        if self._unstarted is not None:
            # The rest of the body is still to come.
            self._start_by_asgi(self._unstarted)
        if self._reading_head and self._bytes_read > self.limits.head_bytes + MAX_READ:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._needs_deadline:
            seconds = self.limits.head_seconds if self._reading_head else self.limits.body_seconds
            self._deadline, self._needs_deadline = self.loop.time() + seconds, False

    def _parse(self, piece: bytes) -> None:
        """Parse a piece; chunk extensions and trailers of a body may be as long as a head."""
        self._framing_bytes += len(piece)
        super().data_received(piece)
        if self._is_chunked:
            self._framing_bytes = max(self._framing_bytes, 0)
            if self._framing_bytes > self.limits.head_bytes and not self.transport.is_closing():
                self._give_up(HTTPStatus.BAD_REQUEST)

    def on_message_begin(self) -> None:
        """Start with the first byte of a request."""
        self.url = b""
        self.headers = []
        self._reading_head = self._needs_deadline = True
        self._between_requests = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; ignore trailers."""
        if self._reading_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the request whose head is complete, or queue it behind the one before."""
        self._reading_head = False
        if self.transport.is_closing():
            self._rejecting = True
            return
        limits = self.limits
        if len(self.headers) > limits.headers or (
            self._bytes_read > limits.head_bytes and size(self.url, self.headers) > limits.head_bytes
        ):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        parser, fast_path = self.parser, self.fast_path
        decisive = [each for each in self.headers if each[0] in DECISIVE]
        if decisive != self._usual_head:
            status = refusal(decisive, parser.get_http_version())
            if status is not None:
                self._refuse(status)
                return
            self._is_chunked = len(decisive) > 1
            if len(decisive) == 1:
                self._usual_head = decisive
        self._framing_bytes = 0
        self._needs_deadline = True
        keep_alive = (
            parser.should_keep_alive() and parser.get_http_version() != "1.0" and not self.draining.has_begun
        )
        is_next = self._active is None or self._active.response_complete
        self._on_fast_path = (
            is_next
            and fast_path is not None
            and self.url == fast_path.target
            and parser.get_method() == fast_path.method
        )
        if self._on_fast_path and fast_path is not None and fast_path.admission.is_full:
            self._rejecting, self._keeping_alive = True, keep_alive
            return
        if parser.should_upgrade() and self._should_upgrade():
            self.scope = self._scope()
            return
        before = self.cycle
        exchange = self.cycle = Exchange(self, self.response_heads, keep_alive=keep_alive)
        if is_next:
            self._active = self._unstarted = exchange
        else:
            before.keep_alive |= self.draining.has_begun  # the last of several requests ends the connection
            self.flow.pause_reading()
            exchange.prepare_asgi(self, self._scope())
            self.pipeline.appendleft((exchange, self.app))

    def on_chunk_header(self) -> None:
        """Allow for what frames a chunk."""
        self._framing_bytes -= CHUNK_BYTES

    def on_body(self, body: bytes) -> None:
        """Buffer a part of a body, unless its request has been answered."""
        self._framing_bytes -= len(body)
        exchange = self.cycle
        if exchange is self._unstarted and exchange is not None and not exchange.body:
            exchange.body = body  # usually this is the whole body
        elif self._rejecting or exchange is None or exchange.response_complete:
            return
        elif exchange.buffer_body(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """Answer a request that has arrived completely."""
        self._between_requests = True
        self._is_chunked = False
        exchange = self._unstarted
        if exchange is None or self.transport.is_closing():
            self._end_of_other_message()
            return
        self._deadline = math.inf
        exchange.more_body = False
        if self._on_fast_path and self.fast_path is not None:
            self._admit(exchange, self.fast_path)
        else:
            self._start_by_asgi(exchange)

    def _end_of_other_message(self) -> None:
        """Finish a message whose request was started before, is queued, or was refused."""
        exchange = self.cycle
        if self._rejecting and self.fast_path is not None:
            self._rejecting = False
            self._reject(self.fast_path)
        elif exchange is None or self.transport.is_closing():
            return
        elif exchange.response_complete:
            self._deadline = self.loop.time() + self.limits.idle_seconds
        else:
            self._deadline = math.inf
            exchange.more_body = False
            exchange.wake_receiver()

    def on_response_complete(self) -> None:
        """Prepare for the next request after a reply."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._deadline = self.loop.time() + FLUSH_SECONDS
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            exchange, _ = self.pipeline.pop()
            assert isinstance(exchange, Exchange)  # noqa: S101 - only this class adds to the pipeline
            self._start(exchange)
        elif not self.cycle.more_body:
            self._deadline = self.loop.time() + self.limits.idle_seconds

    def _scope(self) -> Any:
        """Return the ASGI scope of the request whose head was parsed last."""
        return {
            **self._common,
            "http_version": self.parser.get_http_version(),
            "method": self.parser.get_method().decode("ascii"),
            **target(self.url, self.root_path),
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def _is_complete(self, data: bytes) -> bool:
        """Return whether data is one complete request for the fast path, with none unanswered before."""
        if self.sniffer is None or not self._between_requests:
            return False
        return (self._active is None or self._active.response_complete) and self.sniffer.is_complete(data)

    def _reject(self, fast_path: FastPath, data: bytes | None = None) -> None:
        """Refuse a request without an exchange or the application; `data` is one that was not parsed."""
        if self.transport.is_closing():
            return
        if self.flow.write_paused:
            # The client does not read its replies.
            self.transport.abort()
            return
        fast_path.admission.refuse()
        is_kept = self._keeping_alive and not self.draining.has_begun
        headers, more = self.server_state.default_headers, NO_HEADERS
        policy = fast_path.cors()
        if policy is not None:
            # Without them, a page would see a network error instead of the status and Retry-After.
            named = self.headers if data is None else RequestSniffer.origins(data)
            more = policy.headers(origin_of(named))
        self.transport.write(self.response_heads.refusal(fast_path, headers, more=more, is_kept=is_kept))
        self._deadline = self.loop.time() + self.limits.idle_seconds
        if not is_kept:
            self.transport.close()

    def _admit(self, exchange: Exchange, fast_path: FastPath) -> None:
        """Start a complete request on the fast path; it is admitted at once."""
        self._unstarted = None
        exchange.admitted = fast_path.admission.enter()
        exchange.task = self.loop.create_task(
            self._respond(exchange, fast_path, self.headers, exchange.take_body())
        )
        self.tasks.add(exchange.task)

    async def _respond(
        self, exchange: Exchange, fast_path: FastPath, headers: RawHeaders, body: bytes
    ) -> None:
        try:
            reply = await fast_path.respond(exchange, headers, body)
            if exchange.flow.write_paused:
                await exchange.writable()
            if not exchange.disconnected:
                exchange.write(*reply)
                self.on_response_complete()
        except BaseException as error:  # noqa: BLE001 - as uvicorn does for ASGI applications
            self._fail(exchange, error)
        finally:
            self.tasks.discard(exchange.task)
            if exchange.admitted:
                fast_path.admission.leave()

    def _fail(self, exchange: Exchange, error: BaseException) -> None:
        """Reply with an internal error; usually the server is stopping."""
        self.logger.error("A request on the fast path was not answered", exc_info=error)
        if exchange.response_started:
            self.transport.close()
        elif not exchange.disconnected:
            exchange.keep_alive = False
            exchange.write(HTTPStatus.INTERNAL_SERVER_ERROR, b"text/plain; charset=utf-8", INTERNAL_ERROR)
            self.on_response_complete()

    def _start_by_asgi(self, exchange: Exchange) -> None:
        """Start the request whose head was parsed last, through ASGI."""
        exchange.prepare_asgi(self, self._scope())
        self._start(exchange)

    def _start(self, exchange: Exchange) -> None:
        self._active, self._unstarted = exchange, None
        exchange.task = self.loop.create_task(self._run_asgi(exchange))
        self.tasks.add(exchange.task)

    async def _run_asgi(self, exchange: Exchange) -> None:
        scope: Any = exchange.scope
        try:
            await exchange.run_asgi(self._app_for(exchange))
        finally:
            self.tasks.discard(exchange.task)
            # The scope refers to the exchange; break the cycle, so that both are freed at once.
            scope.pop("extensions", None)

    def _app_for(self, _exchange: Exchange) -> Any:
        return self.app

    def _give_up(self, status: HTTPStatus) -> None:
        """Disconnect in the middle of a body; reply with a status if that can only mean this request."""
        if self._active is self.cycle and (self._active is None or not self._active.response_started):
            self._refuse(status)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._rejecting = True  # what still comes belongs to no request
        self.transport.write(self.response_heads.closing(status, self.server_state.default_headers))
        self.transport.close()
        self._deadline, self._needs_deadline = self.loop.time() + FLUSH_SECONDS, False
