"""Charges buckets that all processes share in Valkey or Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Self

from foundation.valkey import ValkeyAway, ValkeyClient
from gateway.features.rate_limits.buckets import Charges, MemoryStore, Shortage
from gateway.features.rate_limits.settings import NANOSECONDS

PREFIX: Final = "furlong:gateway:rate:"

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

Microseconds since 1970 are integers that Lua's doubles still represent exactly.
"""


@dataclass(slots=True)
class ValkeyStore:
    """Charges shared buckets, or those of this process while Valkey is unavailable.

    Attributes:
        alone: Decides while Valkey is unavailable.
        decisions: How many requests Valkey has decided on.
    """

    alone: MemoryStore
    _client: ValkeyClient
    _script: Any = field(init=False, repr=False)
    decisions: int = 0

    def __post_init__(self) -> None:
        self._script = self._client.redis.register_script(SCRIPT)

    @classmethod
    def at(cls, url: str, seconds: float, alone: MemoryStore) -> Self:
        """Return the store at a URL; it connects on first use.

        Raises:
            ValueError: The URL is not a Valkey or Redis URL.
        """
        return cls(alone, ValkeyClient.at(url, seconds, lambda: alone.clock() / NANOSECONDS))

    def take(
        self, charges: Charges, cost: int, *, keep: bool = False
    ) -> Awaitable[Shortage | None] | Shortage | None:
        """Charge all buckets or none; see `MemoryStore.take`."""
        if self._client.is_paused:
            return self.alone.take(charges, cost, keep=keep)
        return self._take(charges, cost, keep=keep)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _take(self, charges: Charges, cost: int, *, keep: bool) -> Shortage | None:
        keys = [f"{PREFIX}{buckets.rule.name}:{key}" for buckets, key in charges]
        arguments: list[str | int | float] = [cost, "keep" if keep else "take"]
        for buckets, _ in charges:
            arguments += (buckets.interval / MICROSECOND, buckets.tolerance / MICROSECOND)
        try:
            ask = partial(self._script, keys=keys, args=arguments)
            short, available, wait = await self._client.ask(ask)
        except ValkeyAway:
            return self.alone.take(charges, cost, keep=keep)
        self.decisions += 1
        return Shortage(charges[short - 1][0].rule, available, wait * MICROSECOND) if short else None
