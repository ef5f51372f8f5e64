"""Automatic persisted queries in Valkey or Redis, shared by the processes of a gateway."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Final

from foundation.valkey import ValkeyAway, ValkeyClient
from gateway.features.documents.trusted import DocumentMetrics

_KEY: Final = "furlong:apq:{}"


class ValkeyTexts:
    """Documents in Valkey; if the server fails or is slow, documents count as unknown."""

    def __init__(
        self,
        url: str,
        metrics: DocumentMetrics,
        *,
        seconds: float,
        keep_seconds: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare the client; it connects on first use.

        Args:
            url: The server, such as `redis://127.0.0.1:6379/0`.
            metrics: Counts failures.
            seconds: How long to wait for an answer.
            keep_seconds: How long an unused document is kept.
            now: A clock.

        Raises:
            ValueError: The URL is not valid.
        """
        self._client = ValkeyClient.at(url, seconds, now)
        self._metrics = metrics
        self._keep_seconds = keep_seconds

    async def get(self, digest: str) -> str | None:
        """Return a document, or None if it is unknown or the server does not answer in time."""
        key = _KEY.format(digest)
        text = await self._answer(lambda: self._client.redis.getex(key, ex=self._keep_seconds))
        try:
            return text.decode() if isinstance(text, bytes) else None
        except UnicodeDecodeError:
            self._metrics.automatic["failed"] += 1
            return None

    async def put(self, digest: str, text: str) -> None:
        """Store a document, if that is possible in time."""
        key = _KEY.format(digest)
        await self._answer(lambda: self._client.redis.set(key, text, ex=self._keep_seconds))

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _answer(self, call: Callable[[], Awaitable[object]]) -> object:
        """Return the result of a call; None if it takes too long, or the server has failed recently."""
        if self._client.is_paused:
            return None
        try:
            return await self._client.ask(call)
        except ValkeyAway:
            self._metrics.automatic["failed"] += 1
            return None
