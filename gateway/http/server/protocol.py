"""HTTP/1.1 on a connection: uvicorn's httptools protocol within limits."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from http import HTTPStatus
from typing import Final

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT

from gateway.http.draining import Draining
from gateway.http.graph_versions import ServedGraph
from gateway.http.headers import RawHeaders, origin_of
from gateway.http.server.answering_protocol import AnsweringProtocol
from gateway.http.server.exchange import Exchange
from gateway.http.server.heads import (
    CHUNK_BYTES,
    DECISIVE,
    PIECE,
    VERSIONS,
    addressed,
    of_connection,
    refusal,
    size,
)
from gateway.http.server.limits import ClientLimits
from gateway.http.server.repeated_heads import RepeatedHeads
from gateway.http.server.request_sniffer import RequestSniffer

MAX_READ: Final = 256 * 1024
"""The most that the event loop reads at once, which may hold several requests."""

FLUSH_SECONDS: Final = 5.0
"""How long a closing connection waits for a client that does not read its reply."""

NO_HEADERS: Final[RawHeaders] = ()
SLASH: Final = ord("/")
NOT_HTTP: Final = "Invalid HTTP request received."


class BoundedProtocol(AnsweringProtocol):
    """uvicorn's protocol with limits on requests and on time.

    Attributes:
        limits: The limits of the connection.
        draining: Whether the server is about to stop.
        sniffer: Recognizes ordinary requests for the fast path.
    """

    limits: ClientLimits
    draining: Draining
    sniffer: RequestSniffer | None
    _deadline: float
    _repeated: RepeatedHeads
    _unread_deadline = math.inf
    _bytes_read = 0
    _reading_head = False
    _between_requests = True
    _on_fast_path = False
    _needs_deadline = False
    _rejecting = _keeping_alive = False
    _is_chunked = False
    _framing_bytes = 0
    _usual_head: RawHeaders | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Start the time limit for the first request of a new connection."""
        super().connection_made(transport)
        self._common = of_connection(self)
        self._repeated = RepeatedHeads()
        self._deadline = self.loop.time() + self.limits.head_seconds

    def connection_lost(self, exc: Exception | None) -> None:
        """Client disconnected; cancel its request."""
        self.pipeline.clear()
        if self._active is not None:
            self._active.connection_lost()
        super().connection_lost(exc)

    def check(self, now: float) -> None:
        """Disconnect a client that has exceeded a time limit."""
        if now >= self._unread_deadline and (self._active is None or not self._active.is_stream):
            self.transport.abort()
            return
        if now < self._deadline:
            return
        self._deadline = now + FLUSH_SECONDS
        if self.transport.is_closing():
            self.transport.abort()
        elif self._active is not None and not self._active.response_complete:
            # The client is waiting for a reply while it slowly sends the next request, or the body of this
            # one.
            if self.cycle is self._active and not self._active.response_started:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        elif self._reading_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def allow_more(self, seconds: float) -> None:
        """Move all time limits by the seconds in which the server could not read."""
        self._deadline += seconds
        self._unread_deadline += seconds

    def pause_writing(self) -> None:
        """Start the time limit for a client that has left much unread."""
        super().pause_writing()
        self._unread_deadline = self.loop.time() + self.limits.idle_seconds

    def resume_writing(self) -> None:
        """End it: the client has read most of it."""
        super().resume_writing()
        self._unread_deadline = math.inf

    def data_received(self, data: bytes) -> None:
        """Parse data, unless its bytes tell which request it is."""
        fast_path = self.fast_path
        if (
            fast_path is None
            or not self._between_requests
            or not (self._active is None or self._active.response_complete)
        ):
            self._parse_all(data)
        elif fast_path.admission.is_full:
            if self.sniffer is not None and self.sniffer.is_complete(data):
                self._keeping_alive = True
                self._reject(fast_path, data)
            else:
                self._parse_all(data)
        elif not self._admit_repeated(data, fast_path):
            self._on_fast_path = False
            self._parse_all(data)
            if self._on_fast_path and self._between_requests and self.cycle.keep_alive:
                self._repeated.learn(data, self.headers)

    def _admit_repeated(self, data: bytes, fast_path: ServedGraph) -> bool:
        """Start a request whose head is that of an earlier one; return False for any other data."""
        request = self._repeated.read(data)
        if request is None or self.transport.is_closing():
            return False
        keep_alive = not self.draining.has_begun
        self._active = self.cycle = Exchange(self, self.response_heads, keep_alive=keep_alive)
        self._deadline = math.inf
        self._admit(self._active, fast_path, *request)
        return True

    def _parse_all(self, data: bytes) -> None:
        """Parse data; buffer no more of a head than the limit plus one read."""
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
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as paused:
            self._go_on(memoryview(piece)[paused.args[0] :])
        except httptools.HttpParserError:
            self._refuse_what_is_not_http()
        if self._is_chunked:
            self._framing_bytes = max(self._framing_bytes, 0)
            if self._framing_bytes > self.limits.head_bytes and not self.transport.is_closing():
                self._give_up(HTTPStatus.BAD_REQUEST)

    @abstractmethod
    def _go_on(self, rest: memoryview) -> None:
        """Go on after a head that asks for an upgrade, at which the parser has paused.

        Args:
            rest: What was received after the head.
        """

    def _refuse_what_is_not_http(self) -> None:
        self.logger.warning(NOT_HTTP)
        self.send_400_response(NOT_HTTP)

    def on_message_begin(self) -> None:
        """Begin a request at its first byte."""
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
        version = parser.get_http_version()
        decisive = [header for header in self.headers if header[0] in DECISIVE]
        if decisive != self._usual_head or version != "1.1" or self.url[0] != SLASH:
            status = self._refusal(decisive, version)
            if status is not None:
                self._refuse(status)
                return
        if parser.should_upgrade():
            if parser.get_method() == b"CONNECT":
                self._refuse(HTTPStatus.NOT_IMPLEMENTED)
            return  # `_go_on` goes on
        self._framing_bytes = 0
        self._needs_deadline = True
        keep_alive = parser.should_keep_alive() and version != "1.0" and not self.draining.has_begun
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
        before = self.cycle
        exchange = self.cycle = Exchange(self, self.response_heads, keep_alive=keep_alive)
        if version == "1.0":
            exchange.reads_chunks = False
        if is_next:
            self._active = self._unstarted = exchange
        else:
            before.keep_alive |= self.draining.has_begun  # the last of several requests ends the connection
            self.flow.pause_reading()
            exchange.prepare_asgi(self, self._scope())
            self.pipeline.appendleft((exchange, self.app))

    def _refusal(self, decisive: RawHeaders, version: str) -> HTTPStatus | None:
        """Return the status with which to refuse the request whose head was parsed last; None to answer it.

        If its target has an authority, that takes the place of its Host.
        """
        if version not in VERSIONS:
            return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED
        status = refusal(decisive, version)
        if status is None and self.url[0] != SLASH:
            self.headers = addressed(self.url, self.headers)
            decisive = [header for header in self.headers if header[0] in DECISIVE]
        if status is None:
            status = refusal(decisive, version, self.limits.names)
        self._is_chunked = len(decisive) > 1
        if status is None and len(decisive) == 1:
            self._usual_head = decisive
        return status

    def on_chunk_header(self) -> None:
        """Allow for the framing of a chunk."""
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
        if self._on_fast_path and self.fast_path is not None:
            self._admit(exchange, self.fast_path, self.headers, exchange.take_body())
        else:
            exchange.more_body = False
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

    def _reject(self, fast_path: ServedGraph, data: bytes | None = None) -> None:
        """Refuse a request without creating an exchange; `data` is a request that was not parsed."""
        if self.transport.is_closing():
            return
        if self.flow.write_paused:
            # The client is not reading its replies.
            self.transport.abort()
            return
        fast_path.admission.refuse()
        is_kept = self._keeping_alive and not self.draining.has_begun
        headers, more = self.server_state.default_headers, NO_HEADERS
        policy = fast_path.cors()
        if policy is not None:
            # Without these headers, a page would see a network error instead of the status and Retry-After.
            named = self.headers if data is None else RequestSniffer.origins(data)
            more = policy.headers(origin_of(named))
        self.transport.write(self.response_heads.refusal(fast_path, headers, more=more, is_kept=is_kept))
        self._deadline = self.loop.time() + self.limits.idle_seconds
        if not is_kept:
            self.transport.close()

    def _give_up(self, status: HTTPStatus) -> None:
        """Disconnect in the middle of a body; reply with a status if it can only refer to this request."""
        if self._active is self.cycle and (self._active is None or not self._active.response_started):
            self._refuse(status)
        else:
            self.transport.close()

    def _refuse(self, status: HTTPStatus) -> None:
        self._rejecting = True  # any further data belongs to no request
        self.transport.write(self.response_heads.closing(status, self.server_state.default_headers))
        self.transport.close()
        self._deadline, self._needs_deadline = self.loop.time() + FLUSH_SECONDS, False
