"""Cached responses in Valkey or Redis, which the processes of a gateway share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final, Self, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.response_cache.stores.store import Entry, Found, Lookup, StoreUnavailable

T = TypeVar("T")

PREFIX: Final = b"furlong:gateway:responses:"
FIRST: Final = b"0"
PAUSE_SECONDS: Final = 1.0
"""How long nothing is asked of a server that failed: requests shall not wait for it one by one."""
KEEPING: Final = 1_000
"""The most responses that are being sent to the server; further ones are not kept."""
IN_FLIGHT_SECONDS: Final = 600
"""For how much longer than any entry the generation of a tag is kept: longer than a fetch may take."""


@dataclass(slots=True)
class ValkeyStore:
    """Keeps entries in Valkey; a server that fails or is slow counts as one that knows nothing.

    Attributes:
        seconds: How long to wait for an answer.
        longest: The longest that an entry is kept, in seconds.
        now: A clock, in seconds.
        failures: How many calls failed.
    """

    seconds: float
    longest: int
    _client: Redis = field(repr=False)
    now: Callable[[], float] = time.monotonic
    failures: int = 0
    _paused_until: float = 0.0
    _keeping: set[asyncio.Future[Any]] = field(default_factory=set)

    @classmethod
    def at(cls, url: str, seconds: float, longest: int) -> Self:
        """Return the store at a URL; it connects when it is first needed.

        Raises:
            ValueError: The URL is not one of Valkey or Redis.
        """
        client = Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
        return cls(seconds, longest, client)

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Return what is found for each look-up, in one round trip."""
        tags = list(dict.fromkeys(tag for each in lookups for tag in each.tags))
        keys = [*(PREFIX + each.key for each in lookups), *(_tag_key(tag) for tag in tags)]
        values = await self._asked(lambda: self._values(keys))
        if values is None:
            return [Found(None, ()) for _ in lookups]
        current = dict(zip(tags, values[len(lookups) :], strict=True))
        return [
            _found(value, tuple([(current[tag] or FIRST).decode() for tag in lookup.tags]))
            for lookup, value in zip(lookups, values, strict=False)
        ]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Keep entries, if that is possible in time."""
        pipeline = self._client.pipeline(transaction=False)
        # Without generations there was no answer, so nobody knows what has been invalidated.
        for each in entries:
            if each.generations:
                head = ",".join(each.generations).encode()
                pipeline.set(PREFIX + each.key, head + b"\n" + each.content, ex=each.seconds)
        if pipeline.command_stack and len(self._keeping) < KEEPING:
            # The request does not wait for it.
            task = asyncio.ensure_future(self._asked(pipeline.execute))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def invalidate(self, tags: Collection[str]) -> None:
        """Make all entries invalid that have one of the tags.

        Raises:
            StoreUnavailable: There is no answer.
        """
        pipeline = self._client.pipeline(transaction=False)
        for tag in tags:
            pipeline.set(_tag_key(tag), token_hex(8), ex=self.longest + IN_FLIGHT_SECONDS)
        try:
            async with asyncio.timeout(self.seconds):
                await pipeline.execute()
        except (RedisError, OSError) as error:
            self.failures += 1
            raise StoreUnavailable("Valkey gave no answer: try again.") from error

    async def close(self) -> None:
        """Finish what is being kept, and close all connections."""
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self._client.aclose()

    async def _values(self, keys: list[bytes]) -> list[bytes | None]:
        values = await self._client.mget(keys)
        # Redis answers in bytes; its types know that it may have been told to decode them.
        return [each if isinstance(each, bytes) else None for each in values]

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Return the answer; None if there is none in time, or the server failed just now."""
        if self.now() < self._paused_until:
            return None
        try:
            async with asyncio.timeout(self.seconds):
                return await ask()
        except (RedisError, OSError):
            # TimeoutError is an OSError.
            self.failures += 1
            self._paused_until = self.now() + PAUSE_SECONDS
            return None


def _tag_key(tag: str) -> bytes:
    return PREFIX + b"tag:" + tag.encode()


def _found(value: bytes | None, generations: tuple[str, ...]) -> Found:
    if value is not None:
        head, _, content = value.partition(b"\n")
        if head == ",".join(generations).encode():
            return Found(content, generations)
    return Found(None, generations)
