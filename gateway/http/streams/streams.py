"""Answers requests with streams of responses."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct, field

from gateway.errors import Overloaded, RequestError
from gateway.http.admission import Admission
from gateway.http.client import ReplyStream
from gateway.http.headers import RawHeaders
from gateway.http.live import LiveConnections, LiveOperations, LiveSession, Slot
from gateway.http.replies import OriginPolicy
from gateway.http.request import ReceivedRequest
from gateway.http.responses import NO_STORE, masked
from gateway.http.streams.formats import (
    MULTIPART_INCREMENTAL,
    MULTIPART_PARTS,
    SERVER_SENT,
    StreamFormat,
    StreamFormats,
)
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.in_parts import StreamOfParts
from gateway.pipeline.stages import ResponseStream, encode, refused
from gateway.pipeline.subscriptions import SingleResponse

OK: Final = 200
UNBUFFERED: Final = (b"x-accel-buffering", b"no")
"""Tells nginx not to buffer the stream."""


class Streams(Struct, frozen=True):
    """Answers requests with streams.

    Attributes:
        operations: Starts operations.
        connections: All connections that stream.
        authentication: Finds sessions.
        admission: Bounds the number of concurrent requests; a stream waiting for events does not count.
        cors: The CORS policy; None if other origins have no access.
        formats: Chooses the format of a stream.
    """

    operations: LiveOperations
    connections: LiveConnections
    authentication: AuthenticationComponent
    admission: Admission
    cors: OriginPolicy | None
    formats: StreamFormats = field(default_factory=StreamFormats)

    async def respond(self, request: ReceivedRequest, written: StreamFormat) -> None:
        """Send all responses to a request.

        Raises:
            RequestError: The request is refused, and nothing was sent.
            ClientDisconnected: The client has disconnected.
        """
        client = request.client
        slot = self.connections.reserve(client.address, request.headers)
        if slot is None:
            raise Overloaded
        stream = None
        try:
            stream = await self._started(request, written)
            session = await self.identified(request, slot)
            if isinstance(stream, StreamOfParts) and written.transport == MULTIPART_INCREMENTAL.transport:
                written = MULTIPART_PARTS[stream.spec]
        except BaseException:
            self.connections.release(slot)
            if stream is not None:
                await stream.aclose()
            raise
        await self.deliver(request, written, stream, session, slot)

    async def identified(self, request: ReceivedRequest, slot: Slot) -> LiveSession:
        """Return the session of a request, and count its connection for the customer.

        Raises:
            RequestError: The request has no valid session, or its customer has too many connections.
        """
        session = LiveSession(self.authentication, request)
        await session.renew()
        if not self.connections.identify(slot, session.session):
            raise TooManyStreams
        return session

    async def deliver(
        self,
        request: ReceivedRequest,
        written: StreamFormat,
        stream: ResponseStream,
        session: LiveSession,
        slot: Slot,
    ) -> None:
        """Send a stream until the stream or the connection ends; then close the stream and release the slot.

        Raises:
            ClientDisconnected: The client has disconnected.
        """
        client, connection = request.client, None
        if client.admitted:
            client.admitted = False
            self.admission.leave()
        try:
            reply = await client.begin(OK, written.content_type, self._headers(request.headers))
            reply.limit(self.connections.limits.buffer_bytes)
            await reply.send(self._opening(written))
            share = self.connections.share(slot)
            is_retired = partial(self.operations.is_retired, share)
            connection = StreamConnection(
                reply, written, self.connections, slot, session=session, is_retired=is_retired
            )
            self.connections.add(connection, written.transport)
            await client.until_disconnect(connection.send(stream))
        finally:
            if connection is None:
                self.connections.release(slot)
            else:
                self.connections.remove(connection, written.transport, connection.ending or DISCONNECTED)
            await stream.aclose()

    async def _started(self, request: ReceivedRequest, written: StreamFormat) -> ResponseStream:
        try:
            return await self.operations.start(request)
        except RequestError as error:
            response = refused(error)
            if written.reports_refusals and response.well_formed:
                # Browsers hide responses with any status but 200 from an `EventSource`.
                return SingleResponse(encode(response))
            raise

    def _opening(self, written: StreamFormat) -> bytes:
        if written.transport != SERVER_SENT.transport:
            return written.opening
        seconds = self.connections.limits.retry_seconds
        wait = round(1000 * seconds * random.uniform(0.5, 1.5))  # noqa: S311 - spreads clients over time
        return b"%bretry: %d\n\n" % (written.opening, wait)

    def _headers(self, headers: Mapping[bytes, bytes]) -> RawHeaders:
        told = () if self.cors is None else self.cors.headers(headers.get(b"origin"))
        return (NO_STORE, UNBUFFERED, *told)


class TooManyStreams(RequestError):
    """The customer has reached the limit on connections."""

    def __init__(self) -> None:
        message = "This customer has too many open streams."
        super().__init__(message, code="TOO_MANY_CONNECTIONS", status=429)


COMPLETE: Final = "complete"
DISCONNECTED: Final = "disconnected"
RESTART: Final = "restart"
RELOAD: Final = "reload"
SLOW: Final = "slow"
SESSION: Final = "session"
FAULT: Final = "fault"


class StreamConnection:
    """An open stream, sent by the task that answers the request.

    Args:
        reply: The HTTP reply to write to.
        written: The format of the stream.
        connections: All connections of the process.
        slot: The connection's share of the limits.
        session: The client's session.
        is_retired: Returns whether the stream's version of the graph was replaced too long ago.

    Attributes:
        slot: The connection's share of the limits.
        ending: The reason why the stream ends; None while it is open.
    """

    __slots__ = (
        "_connections",
        "_full_at",
        "_is_retired",
        "_reply",
        "_sent_at",
        "_session",
        "_task",
        "_written",
        "ending",
        "slot",
    )

    def __init__(
        self,
        reply: ReplyStream,
        written: StreamFormat,
        connections: LiveConnections,
        slot: Slot,
        *,
        session: LiveSession,
        is_retired: Callable[[], bool],
    ) -> None:
        self.slot = slot
        self.ending: str | None = None
        self._reply = reply
        self._written = written
        self._connections = connections
        self._session = session
        self._is_retired = is_retired
        self._task: asyncio.Task[None] | None = None
        self._sent_at = self._full_at = 0.0

    async def send(self, stream: ResponseStream) -> None:
        """Send all responses until the stream or the connection ends.

        If the connection must end before the stream does, the current task is cancelled.
        """
        loop = asyncio.get_running_loop()
        reply, written, metrics = self._reply, self._written, self._connections.metrics
        self._task = asyncio.current_task()
        self._sent_at = loop.time()
        metrics.operations += 1
        try:
            async for response in stream:
                if not self._session.is_known():
                    await self._session.renew()
                await reply.send(written.part(response.content, response.position))
                del response  # a waiting stream needs no response
                metrics.events += 1
                self._sent_at = loop.time()
            self.ending = COMPLETE
        except RequestError:
            self.ending = SESSION
        except asyncio.CancelledError:
            if self.ending is None or self._task is None:
                raise
            self._task.uncancel()
        except Exception as error:  # noqa: BLE001 - a fault is masked and logged
            masked(error)
            self.ending = FAULT
        finally:
            metrics.operations -= 1
        await reply.end(written.end if self.ending == COMPLETE else written.cut)

    def visit(self, now: float) -> None:
        """Send a heartbeat; end the stream if it is too slow, or its session or graph has expired."""
        limits = self._connections.limits
        if not self._reply.is_full:
            self._full_at = 0.0
            if self._written.heartbeat and now - self._sent_at >= limits.ping_seconds:
                self._sent_at = now
                self._reply.send_soon(self._written.heartbeat)
        elif not self._full_at:
            self._full_at = now
        elif now - self._full_at > limits.slow_seconds:
            self._reply.abort()
            self._end(SLOW)
            return
        if self._is_retired():
            self._end(RELOAD)
        elif self._session.is_due(now):
            self._connections.run(self._renew())

    def shut_down(self) -> None:
        """End the stream in a way that makes the client reconnect."""
        self._end(RESTART)

    def _end(self, ending: str) -> None:
        if self.ending is None and self._task is not None:
            self.ending = ending
            self._task.cancel()

    async def _renew(self) -> None:
        try:
            await self._session.renew()
        except RequestError:
            self._end(SESSION)
        except Exception as error:  # noqa: BLE001 - a fault is masked and logged
            masked(error)
            self._end(FAULT)
