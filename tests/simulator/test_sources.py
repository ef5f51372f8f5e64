"""A source that fails costs its own messages alone."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import cast

import pytest

from simulator.kafka import traffic
from simulator.kafka.messages import Message
from simulator.kafka.publish import MessageProducer
from simulator.kafka.traffic import run_source
from simulator.world import World, load_world

NOW = datetime(2026, 3, 25, 14, tzinfo=UTC)
MESSAGE = Message("platform.note.v1", b"northbet:c-1", b"{}", ())


class Producer:
    """Keeps what is published, until there are two messages."""

    def __init__(self) -> None:
        self.published: list[Message] = []

    async def publish(self, messages: Iterable[Message]) -> None:
        """Keep messages; end the source after the second."""
        self.published += messages
        if len(self.published) == 2:
            raise asyncio.CancelledError


async def test_a_source_goes_on_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the simulator ends with it."""
    monkeypatch.setattr(traffic, "SOURCE_SECONDS", 0)
    moments = iter(range(3))

    def source(_world: World, _random: Random, _now: datetime) -> Iterator[Message]:
        if next(moments) == 1:
            raise KeyError("a fault of the block")
        yield MESSAGE

    producer = Producer()
    with pytest.raises(asyncio.CancelledError):
        await run_source(cast("MessageProducer", producer), source, load_world(), 1, lambda: NOW)
    assert producer.published == [MESSAGE, MESSAGE]
    assert next(moments, None) is None
