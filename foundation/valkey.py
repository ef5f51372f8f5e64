"""A client of Valkey or Redis with short deadlines, so that no request waits long for it.

After a failure, calls pause briefly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Self, TypeVar

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

T = TypeVar("T")

PAUSE_SECONDS: Final = 1.0
"""How long a failed server is not asked again, so that requests do not wait for it one by one."""


class ValkeyAway(Exception):
    """The server did not answer in time, or calls are paused after a failure."""


@dataclass(slots=True)
class ValkeyClient:
    """The connections to one server.

    Attributes:
        redis: The connections; they open on first use.
        seconds: How long to wait for an answer.
        now: A clock that only goes forward, in seconds.
        failures: How many calls failed; those that were not made do not count.
    """

    redis: Redis = field(repr=False)
    seconds: float
    now: Callable[[], float] = time.monotonic
    failures: int = field(default=0, init=False)
    _paused_until: float = field(default=float("-inf"), init=False)

    @classmethod
    def at(cls, url: str, seconds: float, now: Callable[[], float] = time.monotonic) -> Self:
        """Return the client of a server, such as `redis://127.0.0.1:6379/0`.

        Raises:
            ValueError: The URL is not a Valkey or Redis URL.
        """
        redis = Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
        return cls(redis, seconds, now)

    @property
    def is_paused(self) -> bool:
        """Whether calls are paused, because the server has just failed."""
        return self.now() < self._paused_until

    async def ask(self, call: Callable[[], Awaitable[T]], *, insists: bool = False) -> T:
        """Return the answer to a call.

        Args:
            call: Makes the call, by `redis`.
            insists: Whether to make the call even while calls are paused.

        Raises:
            ValkeyAway: There is no answer in time.
        """
        if not insists and self.is_paused:
            raise ValkeyAway("failed a moment ago")
        try:
            async with asyncio.timeout(self.seconds):
                return await call()
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self.failures += 1
            self._paused_until = self.now() + PAUSE_SECONDS
            raise ValkeyAway(type(error).__name__) from error

    async def close(self) -> None:
        """Close all connections."""
        await self.redis.aclose()
