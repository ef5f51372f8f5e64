"""One HTTP/2 connection to a subgraph, which carries many requests at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings
from hpack import HeaderTuple

from gateway.errors import ConnectionFailed, ConnectionLost, SubgraphUnreachable, UnsendableRequest
from gateway.transport.http2.frames import FrameGuard, Goaway
from gateway.transport.http2.pulse import Pulse
from gateway.transport.http2.stream import Http2Job, Stream
from gateway.transport.limits import HttpLimits
from gateway.transport.reply import HEAD_BYTES, Reply

ALPN: Final = "h2"
STREAM_WINDOW: Final = 1024 * 1024
CONNECTION_WINDOW: Final = 8 * 1024 * 1024
"""How many bytes of one reply, and of all together, may be on their way."""

SETTINGS: Final = {
    SettingCodes.ENABLE_PUSH: 0,
    SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
    SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_BYTES,
}

STREAMS_AT_MOST: Final = 100
"""Streams of a connection whose other side sets no limit."""

LAST_STREAM: Final = 2**30
"""A connection is replaced after this stream, long before there are no more numbers."""


class Owner(Protocol):
    """What has opened connections, and learns when they can carry more or are closed."""

    def freed(self, connection: Http2Connection) -> None:
        """Note that a connection may carry another request, or none any more."""
        ...

    def lost(self, connection: Http2Connection) -> None:
        """Note that a connection is closed."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """What all connections to a subgraph share.

    Attributes:
        limits: The subgraph's limits.
        fixed: The headers that all requests share, first those of HTTP/2.
        keeps_headers: Whether replies come with their headers.
    """

    limits: HttpLimits
    fixed: list[HeaderTuple]
    keeps_headers: bool


class Http2Connection(asyncio.Protocol):
    """A connection that carries one request a stream.

    Attributes:
        ready: Set when the other side has sent its settings: to True, or to False if it speaks HTTP/1.1.
        is_usable: Whether it takes further requests.
        has_carried: Whether it has carried a request.
        idle_since: The loop's time when the last stream ended.
    """

    _transport: asyncio.Transport

    def __init__(self, owner: Owner, settings: ConnectionSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._settings = settings
        self._loop = loop
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        # Changes of the settings would be sent too late, after the first ones.
        self._h2.local_settings = Settings(client=True, initial_values=SETTINGS)
        self._guard = FrameGuard()
        self._streams: dict[int, Stream] = {}
        self._pulse = Pulse()
        self._next_check: asyncio.TimerHandle | None = None
        self._is_closed = self._may_send = False
        self.ready: asyncio.Future[bool] = loop.create_future()
        self.is_usable = self.has_carried = False
        self.idle_since = loop.time()

    @property
    def under_way(self) -> int:
        """How many requests it carries."""
        return len(self._streams)

    @property
    def has_room(self) -> bool:
        """Whether it can carry another request now."""
        most = min(self._h2.remote_settings.max_concurrent_streams, STREAMS_AT_MOST)
        return self.is_usable and len(self._streams) < most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say the first words, unless the other side chose HTTP/1.1."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() != ALPN:
            self.ready.set_result(False)
            self._transport.close()
            return
        self._h2.initiate_connection()
        self._h2.increment_flow_control_window(CONNECTION_WINDOW)
        self._flush()
        self._check_later()

    def begin(self, job: Http2Job) -> None:
        """Send a request; `has_room` was true."""
        number = self._h2.get_next_available_stream_id()
        limits = self._settings.limits
        self.has_carried = True
        self._guard.requested()
        try:
            self._h2.send_headers(number, [*self._settings.fixed, *job.headers])
        except ProtocolError as error:
            # What was encoded of the headers never reaches the other side, whose table is another one now.
            job.settle(UnsendableRequest(f"a header cannot be sent over HTTP/2: {error}"))
            self._fail(ConnectionLost("the connection broke by another request"))
            return
        unsent = memoryview(job.body)
        stream = Stream(job, limits.answer_bytes, limits.reads_gzip, self._settings.keeps_headers, unsent)
        self._streams[number] = stream
        job.connection, job.stream = self, number
        self._send_body(number, stream)
        self._flush()
        if number >= LAST_STREAM:
            self.is_usable = False

    def give_up(self, job: Http2Job) -> None:
        """Reset the stream of a request; the connection stays."""
        if job.connection is self:
            self._finish(job.stream, None, resets=True)
            self._flush()

    def data_received(self, data: bytes) -> None:
        """Read frames."""
        if self._is_closed:
            return
        self._pulse.has_heard = True
        try:
            frames, goaways = self._guard.feed(data, self._streams)
            for event in self._h2.receive_data(frames):
                self._handle(event)
            for goaway in goaways:
                self._go_away(goaway)
            if self._may_send:
                self._send_bodies()
        except SubgraphUnreachable as error:
            self._fail(ConnectionLost(error.reason))
        except ProtocolError as error:
            self._fail(ConnectionLost(f"does not speak HTTP/2: {error}"))
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the requests that are under way."""
        self._end(ConnectionLost(f"closed the connection{f': {exc}' if exc else ''}"))

    def close(self) -> None:
        """Close the connection, once what was written is sent; requests under way fail."""
        if not self._is_closed:
            self._h2.close_connection()
            self._flush()
            self._transport.close()
            self._end(ConnectionLost("the connections were closed"))

    def _fail(self, error: SubgraphUnreachable) -> None:
        """Close the connection at once: the other side does not keep to the protocol, or is gone."""
        self._transport.abort()
        self._end(error)

    def _end(self, error: SubgraphUnreachable) -> None:
        if self._is_closed:
            return
        self._is_closed, self.is_usable = True, False
        if self._next_check is not None:
            self._next_check.cancel()
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.job.connection = None
            # Each has its own: an exception keeps the frames of everything that has raised it.
            stream.job.settle(type(error)(error.reason))
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(error.reason))
            self.ready.exception()  # Nobody may wait for it any more; then it is not logged.
        self._owner.lost(self)

    def _handle(self, event: Event) -> None:
        """Do what an event asks for; those of streams that were given up change nothing."""
        match event:
            case ResponseReceived() | DataReceived() | StreamEnded():
                self._read(event)
            case StreamReset():
                self._was_reset(event)
            case RemoteSettingsChanged():
                self._may_send = True
                if not self.ready.done():
                    self.is_usable = True
                    self.ready.set_result(True)
                self._owner.freed(self)
            case WindowUpdated():
                self._may_send = True
            case PingAckReceived() | SettingsAcknowledged():
                self._pulse.acknowledged()
            case _:
                pass

    def _read(self, event: ResponseReceived | DataReceived | StreamEnded) -> None:
        number = event.stream_id
        if isinstance(event, DataReceived):
            self._h2.acknowledge_received_data(event.flow_controlled_length, number)
        stream = self._streams.get(number)
        if stream is None:
            return
        try:
            match event:
                case ResponseReceived():
                    stream.begin(event.headers)
                case DataReceived():
                    stream.feed(event.data)
                case StreamEnded():
                    # The rest of a request that was answered early is of no use.
                    self._finish(number, stream.whole(), resets=bool(stream.unsent))
        except SubgraphUnreachable as error:
            self._finish(number, error, resets=True)

    def _was_reset(self, event: StreamReset) -> None:
        code = event.error_code
        if code == ErrorCodes.REFUSED_STREAM:
            self._finish(event.stream_id, ConnectionFailed("refused the request, unprocessed"))
        else:
            self._finish(event.stream_id, ConnectionLost(f"reset the stream: {getattr(code, 'name', code)}"))

    def _go_away(self, goaway: Goaway) -> None:
        """Finish the streams that the other side still processes; it has not processed those above."""
        self.is_usable = False
        for number in [each for each in self._streams if each > goaway.last_stream]:
            self._finish(number, ConnectionFailed("closed the connection with the request unprocessed"))
        self._owner.freed(self)
        if not self._streams:
            self.close()

    def _finish(
        self, number: int, outcome: Reply | SubgraphUnreachable | None, *, resets: bool = False
    ) -> None:
        """End a stream; None is the outcome of a request that nobody waits for."""
        stream = self._streams.pop(number, None)
        if stream is None:
            return
        if resets:
            self._guard.cancelled()
            # It may be closed already, by an event that is still to be handled.
            with suppress(ProtocolError):
                self._h2.reset_stream(number, ErrorCodes.CANCEL)
        stream.job.connection = None
        if outcome is not None:
            stream.job.settle(outcome)
        self.idle_since = self._loop.time()
        if self.is_usable:
            self._owner.freed(self)
        elif not self._streams:
            self.close()

    def _send_bodies(self) -> None:
        self._may_send = False
        for number, stream in list(self._streams.items()):
            self._send_body(number, stream)

    def _send_body(self, number: int, stream: Stream) -> None:
        """Send as much of a request's body as the other side allows."""
        while stream.unsent:
            room = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            if room <= 0:
                return
            piece, stream.unsent = stream.unsent[:room], stream.unsent[room:]
            self._h2.send_data(number, piece, end_stream=not stream.unsent)

    def _flush(self) -> None:
        if not self._is_closed and (data := self._h2.data_to_send()):
            self._transport.write(data)

    def _check_later(self) -> None:
        seconds = self._settings.limits.ping_seconds
        self._pulse.due = self._loop.time() + seconds
        self._next_check = self._loop.call_later(seconds, self._look_after)

    def _look_after(self) -> None:
        """Close a connection that is dead or idle; ask for a sign of life where none was heard."""
        now, limits = self._loop.time(), self._settings.limits
        self._guard.checked(len(self._streams))
        # If this process was late, an answer may be there unread.
        if now - self._pulse.due < limits.ping_seconds / 2 and self._pulse.is_dead():
            self._fail(ConnectionLost("did not acknowledge, as if nobody were there"))
            return
        if not self._streams and now - self.idle_since >= limits.idle_seconds:
            self.close()
            return
        if self._streams and self._pulse.wants_ping():
            self._h2.ping(b"furlong.")
            self._flush()
        self._pulse.has_heard = False
        self._check_later()
