"""A producer that keeps what it is given, and can be away."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka.errors import KafkaConnectionError


@dataclass(slots=True)
class MemoryKafka:
    """Takes the place of a producer and its brokers.

    Attributes:
        latest: The last message of each key, by topic, as a compacted topic keeps it.
        sent: All messages, in their order: topic, key and value.
        is_away: Whether the brokers are gone.
    """

    latest: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    is_away: bool = False

    @asynccontextmanager
    async def producing(self) -> AsyncIterator[Any]:
        """Yield this as a producer."""
        self._require()
        yield self

    async def send(self, topic: str, *, value: bytes | None, key: bytes) -> "asyncio.Future[None]":
        """Keep a message, after other tasks had their turn."""
        await asyncio.sleep(0)
        self._require()
        name, body = key.decode(), None if value is None else json.loads(value)
        self.sent.append((topic, name, body))
        if body is None:
            self.latest.get(topic, {}).pop(name, None)
        else:
            self.latest.setdefault(topic, {})[name] = body
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def _require(self) -> None:
        if self.is_away:
            raise KafkaConnectionError("the brokers are gone")
