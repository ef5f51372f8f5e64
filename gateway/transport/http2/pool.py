"""The HTTP/2 connections to one subgraph: as few as can carry its requests."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from gateway.errors import ConnectionFailed, SubgraphTimeout, SubgraphUnreachable
from gateway.transport.connector import Connector
from gateway.transport.http2.connection import ConnectionSettings, Http2Connection
from gateway.transport.http2.request import own_headers
from gateway.transport.http2.stream import Http2Job
from gateway.transport.pool import Pool
from gateway.transport.reply import Reply

CONNECTIONS: Final = 4
"""The most connections that take requests at once; another one is opened only if all others are full."""

FALLBACK_SECONDS: Final = 60.0
"""How long HTTP/1.1 is used before HTTP/2 is offered again."""


class Http2Pool:
    """The connections of one event loop.

    The subgraph's limit on connections is the limit on concurrent requests, as over HTTP/1.1.

    Args:
        connector: Opens connections.
        settings: The settings of all connections.
        loop: The running event loop.
        fallback: The connections over HTTP/1.1, for a subgraph that chooses it; None if it cannot choose.
    """

    __slots__ = (
        "_all",
        "_connector",
        "_fallback",
        "_fallback_until",
        "_is_closed",
        "_loop",
        "_opening",
        "_settings",
        "_waiting",
    )

    def __init__(
        self,
        connector: Connector,
        settings: ConnectionSettings,
        loop: asyncio.AbstractEventLoop,
        fallback: Pool | None = None,
    ) -> None:
        self._connector = connector
        self._settings = settings
        self._loop = loop
        self._fallback = fallback
        self._fallback_until = 0.0
        self._all: set[Http2Connection] = set()
        self._opening: asyncio.Task[None] | None = None
        self._waiting: deque[Http2Job] = deque()
        self._is_closed = False

    async def ask(self, lines: bytes, body: bytes) -> Reply:
        """Send a request once, and return its reply.

        Args:
            lines: The additional header lines of this request.
            body: The body.

        Raises:
            SubgraphUnreachable: There was no reply, or it was late.
            RuntimeError: The pool is closed.
        """
        if self._is_closed:
            raise RuntimeError("the connections are closed")
        if self._fallback is not None and self._loop.time() < self._fallback_until:
            return await self._fallback.ask(lines, body)
        job = Http2Job(own_headers(lines, len(body)), body, self._loop.create_future())
        self._waiting.append(job)
        self._begin_waiting()
        timer = self._loop.call_later(self._settings.limits.total_seconds, self._too_late, job)
        try:
            outcome = await job.outcome
        except asyncio.CancelledError:
            job.give_up()
            raise
        finally:
            timer.cancel()
        if outcome is None and self._fallback is not None:
            return await self._fallback.ask(lines, body)
        if isinstance(outcome, Reply):
            return outcome
        try:
            raise outcome or SubgraphUnreachable("speaks no protocol that it was offered")
        finally:
            del outcome, job  # its traceback refers to this frame: together they would form a garbage cycle

    def freed(self, connection: Http2Connection) -> None:
        """Send waiting requests on a connection with room."""
        if not connection.is_usable and not connection.has_carried:
            self._fail_waiting("closed the connection before any request")
        self._begin_waiting()

    def lost(self, connection: Http2Connection) -> None:
        """Forget a closed connection, and open another one if it is needed."""
        if connection in self._all:
            self._all.remove(connection)
            if not connection.has_carried:
                self._fail_waiting("closed the connection before any request")
            self._begin_waiting()

    def refused(self, job: Http2Job, reason: str) -> None:
        """Send a request once more that was not processed, be it a query or not (RFC 9113, 8.7)."""
        if job.was_refused or self._is_closed:
            job.settle(ConnectionFailed(reason))
            return
        job.was_refused = True
        self._waiting.append(job)

    async def close(self) -> None:
        """Close all connections; requests in progress fail."""
        self._is_closed = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        while self._waiting:
            self._waiting.popleft().settle(SubgraphUnreachable("the connections were closed"))
        for connection in list(self._all):
            connection.close()
        if self._fallback is not None:
            await self._fallback.close()

    def _begin_waiting(self) -> None:
        """Send waiting requests in order while there is room; open a connection if there is none."""
        most = self._settings.limits.connections
        while not self._is_closed and self._waiting and sum(each.under_way for each in self._all) < most:
            if self._waiting[0].outcome.done():
                self._waiting.popleft()
                continue
            connection = self._with_room()
            if connection is None:
                self._open_more()
                return
            connection.begin(self._waiting.popleft())

    def _with_room(self) -> Http2Connection | None:
        """Return the fullest connection with room, so that surplus ones become idle and are closed."""
        oldest = self._loop.time() - self._settings.limits.idle_seconds
        best: Http2Connection | None = None
        for connection in list(self._all):
            if not connection.under_way and connection.is_usable and connection.idle_since < oldest:
                self._all.remove(connection)
                connection.close()
            elif connection.has_room and (best is None or connection.under_way > best.under_way):
                best = connection
        return best

    def _too_late(self, job: Http2Job) -> None:
        job.settle(SubgraphTimeout("timed out"))
        job.give_up()

    def _fail_waiting(self, reason: str) -> None:
        jobs, self._waiting = self._waiting, deque()
        for job in jobs:
            job.settle(ConnectionFailed(reason))

    def _open_more(self) -> None:
        usable = sum(each.is_usable for each in self._all)
        if self._opening is None and usable < CONNECTIONS:
            self._opening = self._loop.create_task(self._open())
            self._opening.add_done_callback(self._opened)

    def _opened(self, _task: asyncio.Task[None]) -> None:
        self._opening = None
        self._begin_waiting()

    async def _open(self) -> None:
        try:
            connection = await self._ready()
        except (OSError, ValueError) as error:
            # Later requests get their own attempt to connect.
            self._fail_waiting(f"connection failed: {error or type(error).__name__}")
            return
        if connection is None:
            self._fallback_until = self._loop.time() + FALLBACK_SECONDS
            jobs, self._waiting = self._waiting, deque()
            for job in jobs:
                job.settle(None)
        elif connection.is_usable:
            self._all.add(connection)
        else:
            self._fail_waiting("closed the connection before any request")

    async def _ready(self) -> Http2Connection | None:
        """Return a connection whose peer has sent its settings; None if the peer chose HTTP/1.1."""
        connection = await self._connector.connected(
            lambda: Http2Connection(self, self._settings, self._loop)
        )
        try:
            async with asyncio.timeout(self._settings.limits.total_seconds):
                return connection if await asyncio.shield(connection.ready) else None
        except (TimeoutError, asyncio.CancelledError):
            connection.close()
            raise
