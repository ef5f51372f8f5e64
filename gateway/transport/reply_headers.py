"""Connections that keep some headers of a subgraph's replies, for whoever collects them for a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final, TypeAlias

from gateway.transport.connector import Connector
from gateway.transport.limits import HttpLimits
from gateway.transport.pool import Pool
from gateway.transport.reply import Reply, ReplyReader

Lines: TypeAlias = tuple[tuple[bytes, bytes], ...]
"""The kept headers of a reply, by name in lower case, in their order."""

COLLECT: Final[ContextVar[Callable[[Lines], None] | None]] = ContextVar("furlong_collect", default=None)
"""What takes the kept headers of the replies to one request's calls; None if nobody wants them."""


class HeadedReply(Reply, frozen=True, gc=False):
    """A reply with the headers that were kept."""

    headers: Lines = ()


class HeadedReader(ReplyReader):
    """Parses replies, and keeps some of their headers.

    Args:
        names: The headers to keep, in lower case.
        limits: The subgraph's limits.
    """

    __slots__ = ("_kept", "_names")

    def __init__(self, names: frozenset[bytes], limits: HttpLimits) -> None:
        self._names = names
        self._kept: list[tuple[bytes, bytes]] = []
        super().__init__(limits.answer_bytes, reads_gzip=limits.reads_gzip)

    def expect(self) -> None:
        """Prepare for the next reply."""
        super().expect()
        self._kept = []

    def feed(self, data: bytes) -> Reply | None:
        """Read a part of a reply, and return the reply with its kept headers once it is complete."""
        self._heads.clear()  # a head that is known is not parsed
        return self._headed(super().feed(data))

    def end(self) -> Reply | None:
        """Return the reply that the end of the connection completes."""
        return self._headed(super().end())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the head; trailers are not kept."""
        super().on_header(name, value)
        lowered = name.lower()
        if self._in_head and lowered in self._names:
            self._kept.append((lowered, value))

    def _headed(self, reply: Reply | None) -> Reply | None:
        return None if reply is None else HeadedReply(reply.status, reply.body, tuple(self._kept))


class HeadedPool(Pool):
    """A pool whose replies have headers, which are collected in the task that asked.

    Args:
        names: The headers to keep, in lower case.
        connector: Opens connections.
        head: The part of the head that all requests share.
        limits: The subgraph's limits.
        loop: The running event loop.
    """

    __slots__ = ("_names",)

    def __init__(
        self,
        names: frozenset[bytes],
        connector: Connector,
        head: bytes,
        limits: HttpLimits,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(connector, head, limits, loop)
        self._names = names

    async def ask(self, lines: bytes, body: bytes) -> Reply:
        """Send a request once, hand over the kept headers of its reply, and return it."""
        reply = await super().ask(lines, body)
        collect = COLLECT.get()
        if collect is not None and isinstance(reply, HeadedReply) and reply.headers:
            collect(reply.headers)
        return reply

    def _reader(self) -> ReplyReader:
        return HeadedReader(self._names, self._limits)
