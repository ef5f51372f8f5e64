"""A connection pool for one subgraph: opens as many connections as needed, up to a limit, and keeps them."""

from __future__ import annotations

import asyncio
from collections import deque

from gateway.errors import ConnectionFailed, SubgraphTimeout, SubgraphUnreachable
from gateway.transport.connection import Connection, Job
from gateway.transport.connector import Connector
from gateway.transport.limits import HttpLimits
from gateway.transport.reply import KnownHead, Reply, ReplyReader


class Pool:
    """The connections of one event loop.

    The most recently used connection is used next, so that surplus connections become idle and are closed.

    Args:
        connector: Opens connections.
        head: The part of the head that all requests share.
        limits: The subgraph's limits.
        loop: The running event loop.
    """

    __slots__ = (
        "_all",
        "_connector",
        "_due",
        "_head",
        "_idle",
        "_is_closed",
        "_jobs",
        "_known_heads",
        "_limits",
        "_loop",
        "_opening",
        "_sweep",
        "_waiting",
    )

    def __init__(
        self,
        connector: Connector,
        head: bytes,
        limits: HttpLimits,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._connector = connector
        self._head = head
        self._limits = limits
        self._loop = loop
        self._all: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[Job] = deque()
        self._jobs: dict[Job, float] = {}  # when each began, the oldest first
        self._due: asyncio.TimerHandle | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._known_heads: dict[bytes, KnownHead] = {}
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
        request = b"%b%bcontent-length: %d\r\n\r\n%b" % (self._head, lines, len(body), body)
        job = Job(request, self._loop.create_future())
        now = self._jobs[job] = self._loop.time()
        if self._due is None:
            self._due = self._loop.call_later(self._limits.total_seconds, self._give_up_late)
        try:
            connection = self._unused(now)
            if connection is None:
                self._waiting.append(job)
                self._open_more()
            else:
                connection.begin(job)
            outcome = await job.outcome
        except asyncio.CancelledError:
            job.give_up()
            raise
        finally:
            del self._jobs[job]
        if isinstance(outcome, Reply):
            return outcome
        try:
            raise outcome
        finally:
            del outcome, job  # its traceback refers to this frame: they would form a garbage cycle

    def freed(self, connection: Connection) -> None:
        """Use a free connection for the next request, or keep it."""
        if self._waiting and (job := self._next()) is not None:
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
        """Close all connections; requests in progress fail."""
        self._is_closed = True
        for timer in (self._sweep, self._due):
            if timer is not None:
                timer.cancel()
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        while (job := self._next()) is not None:
            job.settle(SubgraphUnreachable("the connections were closed"))
        for connection in list(self._all):
            connection.close()

    def _unused(self, now: float) -> Connection | None:
        oldest = now - self._limits.idle_seconds
        while self._idle:
            connection = self._idle.pop()
            if connection.idle_since >= oldest and not connection.transport.is_closing():
                return connection
            connection.close()
        return None

    def _next(self) -> Job | None:
        """Return the request that has been waiting longest and is still waiting."""
        while self._waiting:
            job = self._waiting.popleft()
            if not job.outcome.done():
                return job
        return None

    def _give_up_late(self) -> None:
        """Give up the requests that have waited too long, and look again when the next one is due."""
        self._due = None
        late = self._loop.time() - self._limits.total_seconds
        for job, began in self._jobs.items():
            if began > late:
                self._due = self._loop.call_later(began - late, self._give_up_late)
                break
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
            connection = await self._connector.connected(lambda: Connection(self, self._reader()))
        except (OSError, ValueError) as error:
            # Each waiting request gets its own attempt to connect, now or later.
            job = self._next()
            if job is not None:
                job.settle(ConnectionFailed(f"connection failed: {error or type(error).__name__}"))
            return
        self._all.add(connection)
        self.freed(connection)

    def _reader(self) -> ReplyReader:
        limits = self._limits
        return ReplyReader(limits.answer_bytes, reads_gzip=limits.reads_gzip, heads=self._known_heads)
