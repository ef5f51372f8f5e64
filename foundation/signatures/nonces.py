"""Remembers the nonces of signatures until they expire: in a process, or for all processes in Valkey."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from foundation.signatures.errors import InvalidSignature, Reason


@dataclass(slots=True)
class NonceMemory:
    """Nonces of two periods: each is remembered for at least one period, and at most two.

    Attributes:
        seconds: The length of a period: the longest time for which a signature can be accepted.
        most: How many nonces are remembered per period. Further ones are refused, because a nonce that is
            forgotten could be used again.
    """

    seconds: float
    most: int
    _present: set[str] = field(default_factory=set, init=False)
    _past: set[str] = field(default_factory=set, init=False)
    _ends_at: float = field(default=0.0, init=False)

    def use(self, nonce: str, now: float) -> None:
        """Remember a nonce.

        Args:
            nonce: The nonce.
            now: The present time, in seconds, by the clock that signatures expire by.

        Raises:
            InvalidSignature: It was used before, or no more can be remembered.
        """
        if now >= self._ends_at:
            is_next = now < self._ends_at + self.seconds
            self._past = self._present if is_next else set()
            self._present = set()
            self._ends_at = now + self.seconds
        if nonce in self._present or nonce in self._past:
            raise InvalidSignature(Reason.REPLAYED)
        if len(self._present) >= self.most:
            raise InvalidSignature(Reason.OVERLOADED)
        self._present.add(nonce)


PREFIX: Final = "furlong:nonce:"
PAUSE_SECONDS: Final = 1.0
"""How long a failed server is not contacted again, so that not every request waits for it."""


class SharedNonces(Protocol):
    """Remembers nonces for several processes.

    Attributes:
        failures: How many nonces were accepted without asking the server, because it could not be reached.
    """

    failures: int

    async def use(self, nonce: str) -> None:
        """Remember a nonce.

        Raises:
            InvalidSignature: Another process has seen it.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class ValkeyNonces:
    """Nonces in Valkey; while it cannot be reached, each process knows only those that it has seen itself.

    Args:
        url: The server, such as `redis://127.0.0.1:6379/0`.
        audience: The name of the subgraph.
        kept_seconds: How long a nonce is kept: the longest time for which a signature can be accepted.
        seconds: How long to wait for an answer.
        now: A clock that only goes forward, in seconds.

    Raises:
        ValueError: The URL is not valid.
    """

    def __init__(
        self,
        url: str,
        audience: str,
        *,
        kept_seconds: float,
        seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        # Importing the client takes longer than importing a subgraph's whole server.
        from redis.asyncio import Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.exceptions import RedisError  # noqa: PLC0415

        self._client: Redis = Redis.from_url(
            url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
        self._errors = (RedisError, OSError)  # TimeoutError is an OSError
        self._prefix = f"{PREFIX}{audience}:"
        self._kept = math.ceil(kept_seconds)
        self._seconds = seconds
        self._now = now
        self._paused_until = 0.0
        self.failures = 0

    async def use(self, nonce: str) -> None:
        """Remember a nonce, if that is possible in time.

        Raises:
            InvalidSignature: Another process has seen it.
        """
        if self._now() < self._paused_until:
            self.failures += 1
            return
        try:
            async with asyncio.timeout(self._seconds):
                is_new = await self._client.set(self._prefix + nonce, b"", nx=True, ex=self._kept)
        except self._errors:
            self.failures += 1
            self._paused_until = self._now() + PAUSE_SECONDS
            structlog.get_logger("signatures").warning("nonces_not_shared")
            return
        if not is_new:
            raise InvalidSignature(Reason.REPLAYED)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
