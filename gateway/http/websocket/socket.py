"""A WebSocket connection: its opening handshake, frames, pings, backpressure and closing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from msgspec import Struct
from websockets.datastructures import Headers
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, SERVER
from websockets.protocol import Protocol as Frames
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from gateway.http.headers import ENCODING, RawHeaders
from gateway.http.live import LiveConnections, Slot
from gateway.http.websocket.messages import DEAD, CloseCode

TRANSPORT: Final = "websocket"
PIECE: Final = 4 * 1024
"""The maximum number of bytes parsed at once, so that a flood of small frames is noticed early."""

BURST_SECONDS: Final = 4
"""The size of a permitted burst of frames, in seconds of the average rate."""

FLUSH_SECONDS: Final = 5.0
"""How long a client may take to close its side, in seconds."""

PING: Final = Frame(Opcode.PING, b"").serialize(mask=False)
"""An empty ping, as every silent client gets it."""

REASON_BYTES: Final = 123
"""The maximum length of a close frame's reason, in bytes."""


class Conversation(Protocol):
    """The protocol spoken over a WebSocket."""

    def received(self, text: bytes) -> None:
        """Handle a message."""
        ...

    def visit(self, now: float) -> None:
        """Perform periodic work, as in `LiveConnection`."""
        ...

    def ended(self) -> None:
        """Stop, because the WebSocket is closed or closing."""
        ...


class WebSocket(asyncio.Protocol):
    """A connection that was upgraded to a WebSocket.

    Args:
        transport: The connection's transport.
        connections: All WebSockets and streams of the process.
        slot: The connection's share of the limits.
        siblings: The server's connections, which include this one until it is lost.

    Attributes:
        conversation: The protocol handler; set before data is received.
    """

    __slots__ = (
        "_burst",
        "_closed_at",
        "_code",
        "_connections",
        "_fragments",
        "_frames",
        "_heard_at",
        "_paused_at",
        "_pinged_at",
        "_quota",
        "_siblings",
        "_waiting",
        "conversation",
        "slot",
        "transport",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        connections: LiveConnections,
        slot: Slot,
        siblings: set[asyncio.Protocol],
    ) -> None:
        limits = connections.limits
        self.transport = transport
        self.slot = slot
        self.conversation: Conversation
        self._connections = connections
        self._siblings = siblings
        self._frames = Frames(SERVER, state=OPEN, max_size=limits.message_bytes, logger=QUIET)
        self._fragments: bytearray | None = None
        self._burst = limits.messages_per_second * BURST_SECONDS
        self._quota = float(self._burst)
        self._heard_at = asyncio.get_running_loop().time()
        self._pinged_at = 0.0
        self._paused_at = self._closed_at = 0.0
        self._waiting: list[asyncio.Future[None]] | None = None
        self._code = DEAD
        transport.set_write_buffer_limits(limits.buffer_bytes)
        siblings.add(self)
        connections.add(self, TRANSPORT)

    @property
    def is_open(self) -> bool:
        """Whether messages may be sent."""
        return not self._closed_at

    @property
    def is_full(self) -> bool:
        """Whether the client has left so much unread that sending should pause."""
        return bool(self._paused_at)

    def send(self, frame: bytes) -> None:
        """Send a frame unless the connection is closing."""
        if not self._closed_at:
            self.transport.write(frame)

    async def writable(self) -> None:
        """Wait until a slow client has caught up, or the connection is closed."""
        if not self._paused_at:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(waiter)
        await waiter

    def close(self, code: CloseCode, reason: str) -> None:
        """Close the connection, and end its conversation."""
        if self._closed_at:
            return
        with suppress(InvalidState):  # the client closed first
            self._frames.send_close(code, reason.encode()[:REASON_BYTES].decode(errors="ignore"))
        self._code = code
        self._end()
        self._flush()

    def visit(self, now: float) -> None:
        """Ping a silent client, and disconnect a dead or slow one."""
        limits = self._connections.limits
        is_slow = self._paused_at and now - self._paused_at > limits.slow_seconds
        if self._closed_at:
            # Who is slow has not read until now: the reason for closing waits only until the next visit.
            if is_slow or now - self._closed_at > FLUSH_SECONDS:
                self.transport.abort()
            return
        if is_slow:
            self.close(CloseCode.TRY_AGAIN_LATER, "The client reads too slowly: connect again")
        elif self._heard_at < self._pinged_at:
            if now - self._pinged_at > limits.pong_seconds:
                self.transport.abort()
        elif now - self._heard_at >= limits.ping_seconds:
            self._pinged_at = now
            self.transport.write(PING)
        self.conversation.visit(now)

    def shut_down(self) -> None:
        """Tell the client to reconnect."""
        self.close(CloseCode.SERVICE_RESTART, "The server is restarting: connect again")

    def data_received(self, data: bytes) -> None:
        """Parse and handle frames, piece by piece."""
        now = asyncio.get_running_loop().time()
        gained = (now - self._heard_at) * self._connections.limits.messages_per_second
        self._quota = min(self._quota + gained, self._burst)
        self._heard_at = now
        for begin in range(0, len(data), PIECE):
            self._frames.receive_data(data[begin : begin + PIECE] if len(data) > PIECE else data)
            for event in self._frames.events_received():
                if isinstance(event, Frame) and not self._closed_at:
                    self._received(event)
            self._flush()
            if self.transport.is_closing():
                return

    def eof_received(self) -> None:
        """Close the connection after the client has closed its side."""
        self._frames.receive_eof()
        self._flush()

    def pause_writing(self) -> None:
        """Record that the client does not keep up with reading."""
        self._paused_at = asyncio.get_running_loop().time()

    def resume_writing(self) -> None:
        """Resume the waiting senders."""
        self._paused_at = 0.0
        self._wake()

    def connection_lost(self, _error: Exception | None) -> None:
        """End the conversation, and remove the connection."""
        self._end()
        self._siblings.discard(self)
        self._connections.remove(self, TRANSPORT, self._code)
        # Breaking these reference cycles frees the memory at once.
        nothing: Any = None
        if self._frames.parser_exc is not None:
            self._frames.parser_exc.__traceback__ = None
        self.conversation = self._frames = nothing

    def _received(self, frame: Frame) -> None:
        self._quota -= 1
        if self._quota < 0:
            self.close(CloseCode.TOO_MANY_MESSAGES, "Too many messages in a short time")
            return
        match frame.opcode:
            case Opcode.TEXT:
                self._received_text(bytes(frame.data), is_whole=frame.fin)
            case Opcode.CONT:
                self._received_text(bytes(frame.data), is_whole=frame.fin)
            case Opcode.BINARY:
                self.close(CloseCode.BAD_REQUEST, "Messages must be text")
            case Opcode.CLOSE:
                received = self._frames.close_rcvd
                self._code = DEAD if received is None else received.code
                self._end()

    def _received_text(self, data: bytes, *, is_whole: bool) -> None:
        """Handle a message or collect a fragment; the parser bounds the total size of fragments."""
        if self._fragments is not None:
            self._fragments += data
            if not is_whole:
                return
            data, self._fragments = bytes(self._fragments), None
        elif not is_whole:
            self._fragments = bytearray(data)
            return
        try:
            data.decode()
        except UnicodeDecodeError:
            self.close(CloseCode.INVALID_TEXT, "The text is not valid UTF-8")
            return
        self.conversation.received(data)

    def _flush(self) -> None:
        """Write the parser's output: pongs, close frames and the end of the stream."""
        for data in self._frames.data_to_send():
            if data:
                self.transport.write(data)
                continue
            if not self._closed_at:
                sent = self._frames.close_sent
                self._code = DEAD if sent is None else sent.code
                self._end()
            self.transport.close()

    def _end(self) -> None:
        """End the conversation once; the connection may still have data to flush."""
        if not self._closed_at:
            self._closed_at = asyncio.get_running_loop().time()
            self.conversation.ended()
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        for waiter in waiting or ():
            if not waiter.done():
                waiter.set_result(None)


SUBPROTOCOL: Final = Subprotocol("graphql-transport-ws")
"""The only supported subprotocol; its predecessor `graphql-ws` is refused."""

SWITCHING: Final = 101

QUIET: Final = logging.Logger("websockets", logging.CRITICAL)  # noqa: LOG001 - outside of the logging tree
"""A logger that discards everything, because the messages of clients do not belong in logs."""

PREFIX: Final = b"sec-websocket-"
EXTENSIONS: Final = b"sec-websocket-extensions"
OF_CONNECTION: Final = frozenset({b"connection", b"upgrade"})


class Handshake(Struct, frozen=True):
    """The outcome of a handshake.

    Attributes:
        response: The whole response as bytes.
        is_accepted: Whether the connection is upgraded to a WebSocket.
        is_spoken: Whether the client offered the supported subprotocol.
    """

    response: bytes
    is_accepted: bool
    is_spoken: bool


def open_handshake(target: str, raw: RawHeaders) -> Handshake:
    """Check a client's handshake request, and return the response."""
    negotiation = ServerProtocol(extensions=None, select_subprotocol=_select, logger=QUIET)
    response = negotiation.accept(Request(target, _headers_of_handshake(raw)))
    is_accepted = response.status_code == SWITCHING
    return Handshake(response.serialize(), is_accepted, negotiation.subprotocol == SUBPROTOCOL)


def lasting_headers(raw: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Return the headers that apply to the operations on a connection: all but the handshake's.

    `Connection` is among them: it names headers that are not for subgraphs.
    """
    of_handshake = OF_CONNECTION - {b"connection"}
    return [(name, value) for name, value in raw if name not in of_handshake and not name.startswith(PREFIX)]


def _headers_of_handshake(raw: RawHeaders) -> Headers:
    headers = Headers()
    for name, value in raw:
        # Compression is not negotiated: it costs memory per connection and allows decompression bombs.
        if (name in OF_CONNECTION or name.startswith(PREFIX)) and name != EXTENSIONS:
            headers[name.decode(ENCODING)] = value.decode(ENCODING)
    return headers


def _select(_negotiation: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Choose the subprotocol; None for a client without it, which is then refused by a close code."""
    return SUBPROTOCOL if SUBPROTOCOL in offered else None
