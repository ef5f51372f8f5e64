"""Cached responses in Valkey or Redis, shared by the processes of a gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final, Self, TypeVar

from foundation.valkey import ValkeyAway, ValkeyClient
from gateway.features.response_cache.stores import Entry, Found, Lookup, StoreUnavailable

T = TypeVar("T")
PREFIX: Final = b"furlong:gateway:responses:"
FIRST: Final = b"0"
KEEPING: Final = 1_000
"""The most responses in transit to the server; any others are not stored."""
IN_FLIGHT_SECONDS: Final = 600
"""How much longer than any entry a tag's generation is kept: longer than a fetch may take."""


@dataclass(slots=True)
class ValkeyStore:
    """Stores entries in Valkey; if the server fails or is slow, entries count as not found.

    Attributes:
        longest: The longest that an entry is kept, in seconds.
        client: The connections.
    """

    longest: int
    client: ValkeyClient
    _keeping: set[asyncio.Future[Any]] = field(default_factory=set)

    @classmethod
    def at(cls, url: str, seconds: float, longest: int) -> Self:
        """Return the store at a URL; it connects on first use.

        Raises:
            ValueError: The URL is not a Valkey or Redis URL.
        """
        return cls(longest, ValkeyClient.at(url, seconds))

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Return the result of each look-up, in one round trip."""
        tags = list(dict.fromkeys(tag for lookup in lookups for tag in lookup.tags))
        keys = [*(PREFIX + lookup.key for lookup in lookups), *(_tag_key(tag) for tag in tags)]
        values = await self._asked(lambda: self._values(keys))
        if values is None:
            return [Found(None, ()) for _ in lookups]
        current = dict(zip(tags, values[len(lookups) :], strict=True))
        return [
            _found(value, tuple([(current[tag] or FIRST).decode() for tag in lookup.tags]))
            for lookup, value in zip(lookups, values, strict=False)
        ]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Store entries, if that is possible in time."""
        pipeline = self.client.redis.pipeline(transaction=False)
        # Without generations there was no answer, so invalidations in the meantime are unknown.
        for entry in entries:
            if entry.generations:
                head = ",".join(entry.generations).encode()
                pipeline.set(PREFIX + entry.key, head + b"\n" + entry.content, ex=entry.seconds)
        if pipeline.command_stack and len(self._keeping) < KEEPING:
            # The request does not wait for this.
            task = asyncio.ensure_future(self._asked(pipeline.execute))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def invalidate(self, tags: Collection[str]) -> None:
        """Invalidate all entries that have one of the tags.

        Raises:
            StoreUnavailable: The server did not answer.
        """
        pipeline = self.client.redis.pipeline(transaction=False)
        for tag in tags:
            pipeline.set(_tag_key(tag), token_hex(8), ex=self.longest + IN_FLIGHT_SECONDS)
        try:
            await self.client.ask(pipeline.execute, insists=True)
        except ValkeyAway as error:
            raise StoreUnavailable("Valkey gave no answer: try again.") from error

    async def close(self) -> None:
        """Finish storing entries, and close all connections."""
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self.client.close()

    async def _values(self, keys: list[bytes]) -> list[bytes | None]:
        values = await self.client.redis.mget(keys)
        # Redis returns bytes; its types allow for a client that decodes them.
        return [value if isinstance(value, bytes) else None for value in values]

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Return the answer; None if it takes too long, or the server has failed recently."""
        if self.client.is_paused:
            return None
        try:
            return await self.client.ask(ask)
        except ValkeyAway:
            return None


def _tag_key(tag: str) -> bytes:
    return PREFIX + b"tag:" + tag.encode()


def _found(value: bytes | None, generations: tuple[str, ...]) -> Found:
    if value is not None:
        head, _, content = value.partition(b"\n")
        if head == ",".join(generations).encode():
            return Found(content, generations)
    return Found(None, generations)
