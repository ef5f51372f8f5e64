"""A connection pool for one subgraph: opens as many connections as needed, up to a limit, and keeps them."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from typing import Final

from aiohappyeyeballs import start_connection

from gateway.errors import ConnectionFailed, SubgraphTimeout, SubgraphUnreachable
from gateway.tls import ReloadedContext
from gateway.transport.address import Address
from gateway.transport.connection import Connection, Job
from gateway.transport.limits import HttpLimits
from gateway.transport.reply import Reply, ReplyReader

TRUST_SECONDS: Final = 10.0
"""How long certificates are used before their files are looked at again."""


class Pool:
    """The connections of one event loop.

    The connection used last is used next, so that surplus connections become idle and are closed.

    Args:
        address: The subgraph's address.
        limits: The subgraph's limits.
        trust: The TLS context, with certificates; None without TLS.
        loop: The running event loop.
        keeps_headers: Whether replies come with their headers.
    """

    __slots__ = (
        "_address",
        "_all",
        "_idle",
        "_is_closed",
        "_keeps_headers",
        "_limits",
        "_loop",
        "_opening",
        "_sweep",
        "_trust",
        "_trusted_until",
        "_waiting",
    )

    def __init__(
        self,
        address: Address,
        limits: HttpLimits,
        trust: ReloadedContext | None,
        loop: asyncio.AbstractEventLoop,
        *,
        keeps_headers: bool = False,
    ) -> None:
        self._address = address
        self._limits = limits
        self._trust = trust
        self._trusted_until = loop.time() + TRUST_SECONDS
        self._loop = loop
        self._keeps_headers = keeps_headers
        self._all: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[Job] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def ask(self, request: bytes) -> Reply:
        """Send a request once, and return its reply.

        Raises:
            SubgraphUnreachable: There is no reply, or not in time.
            RuntimeError: The pool is closed.
        """
        if self._is_closed:
            raise RuntimeError("the connections are closed")
        job = Job(request, self._loop.create_future())
        connection = self._unused()
        if connection is None:
            self._waiting.append(job)
            self._open_more()
        else:
            connection.begin(job)
        timer = self._loop.call_later(self._limits.total_seconds, self._too_late, job)
        try:
            outcome = await job.outcome
        except asyncio.CancelledError:
            job.give_up()
            raise
        finally:
            timer.cancel()
        if isinstance(outcome, SubgraphUnreachable):
            try:
                raise outcome
            finally:
                del outcome, job  # its traceback holds this frame: together they would be garbage in a cycle
        return outcome

    def freed(self, connection: Connection) -> None:
        """Use a free connection for the next request, or keep it."""
        job = self._next()
        if job is not None:
            connection.begin(job)
            return
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._limits.idle_seconds, self._close_old)

    def lost(self, connection: Connection) -> None:
        """Forget a closed connection, and open another one if it is needed."""
        if connection in self._all:
            self._all.remove(connection)
            if connection in self._idle:
                self._idle.remove(connection)
            self._open_more()

    async def close(self) -> None:
        """Close all connections; requests under way fail."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        while (job := self._next()) is not None:
            job.settle(SubgraphUnreachable("the connections were closed"))
        for connection in list(self._all):
            connection.close()

    def _unused(self) -> Connection | None:
        oldest = self._loop.time() - self._limits.idle_seconds
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since >= oldest and connection.is_usable:
                return connection
            connection.close()
        return None

    def _next(self) -> Job | None:
        """Return the request that has waited longest and still does."""
        while self._waiting:
            job = self._waiting.popleft()
            if not job.outcome.done():
                return job
        return None

    def _too_late(self, job: Job) -> None:
        job.settle(SubgraphTimeout("timed out"))
        job.give_up()

    def _close_old(self) -> None:
        oldest = self._loop.time() - self._limits.idle_seconds
        while self._idle and self._idle[0].idle_since <= oldest:
            self._idle.popleft().close()
        self._sweep = None
        if self._idle:
            wait = self._idle[0].idle_since - oldest
            self._sweep = self._loop.call_later(wait, self._close_old)

    def _open_more(self) -> None:
        """Open a connection for each waiting request, within the limit."""
        while (
            not self._is_closed
            and len(self._opening) < len(self._waiting)
            and len(self._opening) + len(self._all) < self._limits.connections
        ):
            task = self._loop.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opened)

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._opening.discard(task)
        self._open_more()

    async def _open(self) -> None:
        try:
            connection = await self._connected()
        except (OSError, ValueError) as error:
            # Each waiting request has its own attempt to connect, now or later.
            job = self._next()
            if job is not None:
                job.settle(ConnectionFailed(f"connection failed: {error or type(error).__name__}"))
            return
        self._all.add(connection)
        self.freed(connection)

    async def _connected(self) -> Connection:
        address, limits = self._address, self._limits
        async with asyncio.timeout(limits.connect_seconds):
            found = await self._loop.getaddrinfo(address.host, address.port, type=1)
            sock = await start_connection(
                found, happy_eyeballs_delay=limits.connect_seconds / 3, loop=self._loop
            )
        trust = self._current_trust()
        _, connection = await self._loop.create_connection(
            lambda: Connection(self, self._reader()),
            sock=sock,
            ssl=trust,
            server_hostname=None if trust is None else limits.tls.server_name or address.host,
            ssl_handshake_timeout=None if trust is None else limits.total_seconds,
        )
        return connection

    def _reader(self) -> ReplyReader:
        limits = self._limits
        return ReplyReader(
            limits.answer_bytes, keeps_headers=self._keeps_headers, reads_gzip=limits.reads_gzip
        )

    def _current_trust(self) -> ssl.SSLContext | None:
        """Return the context for a new connection, by files that were looked at a few seconds ago."""
        if self._trust is None:
            return None
        now = self._loop.time()
        if now >= self._trusted_until:
            self._trusted_until = now + TRUST_SECONDS
            self._trust.refresh()
        return self._trust.current
