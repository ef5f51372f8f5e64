"""One connection to a subgraph, which carries one request after another."""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

import msgspec

from gateway.errors import ConnectionLost, SubgraphUnreachable
from gateway.transport.reply import Reply, ReplyReader


class Owner(Protocol):
    """The owner of connections, which is notified when they become free or are closed."""

    def freed(self, connection: Connection) -> None:
        """Handle a connection that is free after a complete reply."""
        ...

    def lost(self, connection: Connection) -> None:
        """Handle a closed connection."""
        ...


class Job(msgspec.Struct, eq=False):
    """A request and its outcome.

    Attributes:
        request: The bytes of the whole request.
        outcome: The reply, or the error.
        connection: The connection that carries the request; None before there is one.
    """

    request: bytes
    outcome: asyncio.Future[Reply | SubgraphUnreachable]
    connection: Connection | None = None

    def settle(self, outcome: Reply | SubgraphUnreachable) -> None:
        """Set the outcome, unless there is one or nobody waits for it."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def give_up(self) -> None:
        """Close the connection, so that the subgraph notices that nobody waits for the reply."""
        if self.connection is not None:
            self.connection.abort(self)


class Connection(asyncio.Protocol):
    """A connection that carries at most one request at a time.

    Attributes:
        transport: Its bytes.
        idle_since: The loop's time when the connection was last used.
    """

    __slots__ = ("_job", "_owner", "_reader", "idle_since", "transport")
    transport: asyncio.Transport

    def __init__(self, owner: Owner, reader: ReplyReader) -> None:
        self._owner = owner
        self._reader = reader
        self._job: Job | None = None
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports are not subclasses of asyncio's.
        self.transport = cast("asyncio.Transport", transport)

    def begin(self, job: Job) -> None:
        """Send a request."""
        self._job, job.connection = job, self
        if self._reader.read:
            self._reader.expect()
        self.transport.write(job.request)

    def data_received(self, data: bytes) -> None:
        """Read a part of a reply."""
        if self._job is None:
            # Data without a request must not become the reply to the next request.
            self.transport.abort()
            return
        try:
            reply = self._reader.feed(data)
        except SubgraphUnreachable as error:
            self.transport.abort()
            self._finish(error)
            return
        if reply is None:
            return
        if self._reader.is_kept:
            job, self._job = self._job, None
            job.connection = None
            if not job.outcome.done():
                job.outcome.set_result(reply)
            self._owner.freed(self)
        else:
            self.close()
            self._finish(reply)

    def eof_received(self) -> None:
        """Finish a reply that ends with the connection."""
        reply = self._reader.end() if self._job is not None else None
        if reply is not None:
            self._finish(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request in progress, if any."""
        self._owner.lost(self)
        self._finish(ConnectionLost(f"closed the connection{f': {exc}' if exc else ''}"))

    def close(self) -> None:
        """Close the connection; the owner forgets it at once."""
        self._owner.lost(self)
        self.transport.close()

    def abort(self, job: Job) -> None:
        """Close the connection at once, if it still carries a request."""
        if self._job is job:
            self._job = None
            self.transport.abort()

    def _finish(self, outcome: Reply | SubgraphUnreachable) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.connection = None
            job.settle(outcome)
