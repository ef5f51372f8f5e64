"""Takes points from buckets that all processes share in Valkey or Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Final, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.rate_limits.buckets import Charges
from gateway.rate_limits.memory_store import MemoryStore
from gateway.rate_limits.refusal import Shortage
from gateway.rate_limits.rule import NANOSECONDS

PREFIX: Final = "furlong:gateway:rate:"

AWAY_NANOSECONDS: Final = NANOSECONDS
"""How long Valkey is left alone after a failure."""

MICROSECOND: Final = 1_000

SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local full = {}
for i, key in ipairs(KEYS) do
  local interval, tolerance = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local before = math.max(tonumber(redis.call('GET', key) or now), now)
  full[i] = math.ceil(before + cost * interval)
  local wait = full[i] - now - tolerance
  if wait > 0 then
    return {i, math.floor((tolerance - before + now) / interval), math.ceil(wait)}
  end
end
if ARGV[2] == 'take' then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000) + 1)
  end
end
return {0, 0, 0}
"""
"""The algorithm of `MemoryStore` in one round trip, by the server's clock in microseconds.

A microsecond since 1970 is a whole number that Lua's doubles still hold exactly.
"""


@dataclass(slots=True)
class ValkeyStore:
    """Takes points from shared buckets, or from those of this process while Valkey is away.

    Attributes:
        alone: Decides while Valkey is away.
        seconds: How long to wait for Valkey.
        decisions: How many requests were decided on by Valkey.
    """

    alone: MemoryStore
    seconds: float
    _client: Redis = field(repr=False)
    _script: Any = field(init=False, repr=False)
    decisions: int = 0
    _away_until: int = 0

    def __post_init__(self) -> None:
        self._script = self._client.register_script(SCRIPT)

    @classmethod
    def at(cls, url: str, seconds: float, alone: MemoryStore) -> Self:
        """Return the store at a URL; it connects when it is first needed.

        Raises:
            ValueError: The URL is not one of Valkey or Redis.
        """
        client = Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
        return cls(alone, seconds, client)

    def take(
        self, charges: Charges, cost: int, *, keep: bool = False
    ) -> Awaitable[Shortage | None] | Shortage | None:
        """Take the cost from all buckets, or from none; see `MemoryStore.take`."""
        if self.alone.clock() < self._away_until:
            return self.alone.take(charges, cost, keep=keep)
        return self._take(charges, cost, keep=keep)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _take(self, charges: Charges, cost: int, *, keep: bool) -> Shortage | None:
        keys = [f"{PREFIX}{buckets.rule.name}:{key}" for buckets, key in charges]
        arguments: list[str | int | float] = [cost, "keep" if keep else "take"]
        for buckets, _ in charges:
            arguments += (buckets.interval / MICROSECOND, buckets.tolerance / MICROSECOND)
        try:
            async with asyncio.timeout(self.seconds):
                short, available, wait = await self._script(keys=keys, args=arguments)
        except (RedisError, OSError, TimeoutError):
            self._away_until = self.alone.clock() + AWAY_NANOSECONDS
            return self.alone.take(charges, cost, keep=keep)
        self.decisions += 1
        return Shortage(charges[short - 1][0].rule, available, wait * MICROSECOND) if short else None
