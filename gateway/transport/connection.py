"""One connection to a subgraph, which carries one request after another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol, cast

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


@dataclass(eq=False, slots=True)
class Job:
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
        idle_since: The loop's time when the connection was last used.
    """

    __slots__ = ("_job", "_owner", "_reader", "_transport", "idle_since")
    _transport: asyncio.Transport

    def __init__(self, owner: Owner, reader: ReplyReader) -> None:
        self._owner = owner
        self._reader = reader
        self._job: Job | None = None
        self.idle_since = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether both sides keep the connection open, as far as is known."""
        return not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def begin(self, job: Job) -> None:
        """Send a request."""
        self._job, job.connection = job, self
        self._reader.expect()
        self._transport.write(job.request)

    def data_received(self, data: bytes) -> None:
        """Read a part of a reply."""
        if self._job is None:
            # Data without a request must not become the reply to the next request.
            self._transport.abort()
            return
        try:
            reply = self._reader.feed(data)
        except SubgraphUnreachable as error:
            self._transport.abort()
            self._finish(error)
            return
        if reply is None:
            return
        if self._reader.is_kept:
            self._finish(reply)
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
        self._transport.close()

    def abort(self, job: Job) -> None:
        """Close the connection at once, if it still carries a request."""
        if self._job is job:
            self._job = None
            self._transport.abort()

    def _finish(self, outcome: Reply | SubgraphUnreachable) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.connection = None
            job.settle(outcome)
