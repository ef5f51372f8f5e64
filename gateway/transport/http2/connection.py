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

from gateway.errors import ConnectionLost, SubgraphUnreachable, UnsendableRequest
from gateway.transport.http2.frames import FrameGuard, Goaway
from gateway.transport.http2.pulse import Pulse
from gateway.transport.http2.stream import Http2Job, Stream
from gateway.transport.limits import HttpLimits
from gateway.transport.reply import HEAD_BYTES, Reply

ALPN: Final = "h2"
STREAM_WINDOW: Final = 1024 * 1024
CONNECTION_WINDOW: Final = 8 * 1024 * 1024
"""How many bytes of one reply, and of all replies together, may be in transit."""

SETTINGS: Final = {
    SettingCodes.ENABLE_PUSH: 0,
    SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
    SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_BYTES,
}

STREAMS_AT_MOST: Final = 100
"""The most streams of a connection whose peer sets no limit."""

LAST_STREAM: Final = 2**30
"""A connection is replaced after this stream, long before stream numbers run out."""


class Owner(Protocol):
    """The owner of connections, which is notified when they have room or are closed."""

    def freed(self, connection: Http2Connection) -> None:
        """Handle a connection that may carry another request, or no more requests."""
        ...

    def lost(self, connection: Http2Connection) -> None:
        """Handle a closed connection."""
        ...

    def refused(self, job: Http2Job, reason: str) -> None:
        """Note that the other side has not processed a request, and never will on this connection."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """The settings that all connections to a subgraph share.

    Attributes:
        limits: The subgraph's limits.
        fixed: The headers that all requests share, pseudo-headers first.
        keeps_headers: Whether replies come with their headers.
    """

    limits: HttpLimits
    fixed: list[HeaderTuple]
    keeps_headers: bool


@dataclass(frozen=True, slots=True)
class Unprocessed:
    """The outcome of a request that the other side says it has not processed (RFC 9113, 8.7)."""

    reason: str


class Http2Connection(asyncio.Protocol):
    """A connection that carries one request per stream.

    Attributes:
        ready: Set once the peer has sent its settings: to True, or to False if it speaks HTTP/1.1.
        is_usable: Whether it accepts more requests.
        has_carried: Whether it has carried a request.
        idle_since: The loop's time when the last stream ended.
    """

    _transport: asyncio.Transport

    def __init__(self, owner: Owner, settings: ConnectionSettings, loop: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._settings = settings
        self._loop = loop
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        # Later changes of the settings would be sent too late, after the initial ones.
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
        """How many requests are in progress."""
        return len(self._streams)

    @property
    def has_room(self) -> bool:
        """Whether it can carry another request now."""
        most = min(self._h2.remote_settings.max_concurrent_streams, STREAMS_AT_MOST)
        return self.is_usable and len(self._streams) < most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the connection preface, unless the peer chose HTTP/1.1."""
        # uvloop's transports are not subclasses of asyncio's.
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
        """Send a request; `has_room` must be true."""
        number = self._h2.get_next_available_stream_id()
        limits = self._settings.limits
        self.has_carried = True
        self._guard.requested()
        try:
            self._h2.send_headers(number, [*self._settings.fixed, *job.headers])
        except ProtocolError as error:
            # The encoded headers never reach the peer, so its header table no longer matches.
            job.settle(UnsendableRequest(f"a header cannot be sent over HTTP/2: {error}"))
            self._fail(ConnectionLost("another request broke the connection"))
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
        """Fail the requests in progress."""
        self._end(ConnectionLost(f"closed the connection{f': {exc}' if exc else ''}"))

    def close(self) -> None:
        """Close the connection once all written data is sent; requests in progress fail."""
        if not self._is_closed:
            self._h2.close_connection()
            self._flush()
            self._transport.close()
            self._end(ConnectionLost("the connections were closed"))

    def _fail(self, error: SubgraphUnreachable) -> None:
        """Close the connection at once: the peer violates the protocol, or is gone."""
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
            self.ready.exception()  # Nobody may be waiting any more; then the error is not logged.
        self._owner.lost(self)

    def _handle(self, event: Event) -> None:
        """Handle an event; events of abandoned streams change nothing."""
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
                    # The rest of a request that was answered early is no longer needed.
                    self._finish(number, stream.whole(), resets=bool(stream.unsent))
        except SubgraphUnreachable as error:
            self._finish(number, error, resets=True)

    def _was_reset(self, event: StreamReset) -> None:
        code = event.error_code
        if code == ErrorCodes.REFUSED_STREAM:
            self._finish(event.stream_id, Unprocessed("refused the request, unprocessed"))
        else:
            self._finish(event.stream_id, ConnectionLost(f"reset the stream: {getattr(code, 'name', code)}"))

    def _go_away(self, goaway: Goaway) -> None:
        """Finish the streams that the peer still processes; it has not processed those above."""
        self.is_usable = False
        for number in [each for each in self._streams if each > goaway.last_stream]:
            self._finish(number, Unprocessed("closed the connection with the request unprocessed"))
        self._owner.freed(self)
        if not self._streams:
            self.close()

    def _finish(
        self,
        number: int,
        outcome: Reply | SubgraphUnreachable | Unprocessed | None,
        *,
        resets: bool = False,
    ) -> None:
        """End a stream; the outcome None is for a request that nobody waits for."""
        stream = self._streams.pop(number, None)
        if stream is None:
            return
        if resets:
            self._guard.cancelled()
            # It may already be closed, by an event that has not been handled yet.
            with suppress(ProtocolError):
                self._h2.reset_stream(number, ErrorCodes.CANCEL)
        stream.job.connection = None
        if isinstance(outcome, Unprocessed):
            if not stream.has_begun:
                self._owner.refused(stream.job, outcome.reason)
            else:
                stream.job.settle(ConnectionLost(f"{outcome.reason}, after it had begun to answer"))
        elif outcome is not None:
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
        """Send as much of a request's body as the peer allows."""
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
        """Close a connection that is dead or idle; send a PING if nothing was heard."""
        now, limits = self._loop.time(), self._settings.limits
        self._guard.checked(len(self._streams))
        # If this process was late, an answer may have arrived unread.
        if now - self._pulse.due < limits.ping_seconds / 2 and self._pulse.is_dead():
            self._fail(ConnectionLost("did not acknowledge a PING or SETTINGS"))
            return
        if not self._streams and now - self.idle_since >= limits.idle_seconds:
            self.close()
            return
        if self._streams and self._pulse.wants_ping():
            self._h2.ping(b"furlong.")
            self._flush()
        self._pulse.has_heard = False
        self._check_later()
