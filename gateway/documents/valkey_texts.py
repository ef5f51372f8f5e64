"""Automatic persisted queries in Valkey or Redis, which the processes of a gateway share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gateway.documents.metrics import DocumentMetrics

PAUSE_SECONDS: Final = 1.0
"""How long nothing is asked of a server that failed: requests shall not wait for it one by one."""
_KEY: Final = "furlong:apq:{}"


class ValkeyTexts:
    """Documents in Valkey; a server that fails or is slow counts as one that knows nothing."""

    def __init__(
        self,
        url: str,
        metrics: DocumentMetrics,
        *,
        seconds: float,
        keep_seconds: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect to nothing yet.

        Args:
            url: The server, such as `redis://127.0.0.1:6379/0`.
            metrics: Counts failures.
            seconds: How long to wait for an answer.
            keep_seconds: How long a document is kept that nobody asks for.
            now: A clock.

        Raises:
            ValueError: The URL is not valid.
        """
        self._client = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
        )
        self._metrics = metrics
        self._seconds = seconds
        self._keep_seconds = keep_seconds
        self._now = now
        self._paused_until = 0.0

    async def get(self, digest: str) -> str | None:
        """Return a document, or None if it is not known or there is no answer in time."""
        key = _KEY.format(digest)
        text = await self._answer(lambda: self._client.getex(key, ex=self._keep_seconds))
        return text if isinstance(text, str) else None

    async def put(self, digest: str, text: str) -> None:
        """Keep a document, if that is possible in time."""
        key = _KEY.format(digest)
        await self._answer(lambda: self._client.set(key, text, ex=self._keep_seconds))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _answer(self, call: Callable[[], Awaitable[object]]) -> object:
        """Return the answer to a call; None if there is none in time, or the server failed just now."""
        if self._now() < self._paused_until:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                return await call()
        except (RedisError, OSError, UnicodeDecodeError):
            # TimeoutError is an OSError.
            self._metrics.automatic["failed"] += 1
            self._paused_until = self._now() + PAUSE_SECONDS
            return None
