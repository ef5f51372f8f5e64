"""One connection to a subgraph: a request, its reply, the next request."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol, cast

from gateway.errors import SubgraphUnreachable
from gateway.transport.reply import Reply, ReplyReader


class Owner(Protocol):
    """Whoever has opened connections, and wants to know of their ends."""

    def freed(self, connection: Connection) -> None:
        """A reply has come, and the connection is kept."""
        ...

    def lost(self, connection: Connection) -> None:
        """The connection is closed."""
        ...


@dataclass(eq=False, slots=True)
class Job:
    """A request that wants a reply.

    Attributes:
        request: All of it, as it goes out.
        outcome: The reply, or why there is none.
        connection: Which carries it, once there is one.
    """

    request: bytes
    outcome: asyncio.Future[Reply | SubgraphUnreachable]
    connection: Connection | None = None

    def settle(self, outcome: Reply | SubgraphUnreachable) -> None:
        """Tell the outcome, unless there is one or nobody waits for it."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def give_up(self) -> None:
        """Nobody waits any more: the subgraph learns of it by the end of its connection."""
        if self.connection is not None:
            self.connection.abort(self)


class Connection(asyncio.Protocol):
    """A connection with at most one request on its way.

    Attributes:
        idle_since: When it was last used, by the loop's clock.
    """

    __slots__ = ("_job", "_owner", "_reader", "_transport", "idle_since")
    _transport: asyncio.Transport

    def __init__(self, owner: Owner, answer_bytes: int) -> None:
        self._owner = owner
        self._reader = ReplyReader(answer_bytes)
        self._job: Job | None = None
        self.idle_since = 0.0

    @property
    def is_usable(self) -> bool:
        """Whether both sides keep it, as far as is known."""
        return not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The subgraph is there."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def begin(self, job: Job) -> None:
        """Send a request."""
        self._job, job.connection = job, self
        self._reader.expect()
        self._transport.write(job.request)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._job is None:
            # What nobody has asked for must not become the answer to the next request.
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
        """The subgraph says no more; it closes."""
        reply = self._reader.end() if self._job is not None else None
        if reply is not None:
            self._finish(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._owner.lost(self)
        self._finish(SubgraphUnreachable(f"closed the connection{f': {exc}' if exc else ''}"))

    def close(self) -> None:
        """Close it; it may take its time, but does not count any more."""
        self._owner.lost(self)
        self._transport.close()

    def abort(self, job: Job) -> None:
        """Close it at once, if it still carries a request."""
        if self._job is job:
            self._job = None
            self._transport.abort()

    def _finish(self, outcome: Reply | SubgraphUnreachable) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.connection = None
            job.settle(outcome)
