"""Consumers of the demo that are started again whenever they end."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from consumers.stream.consumer import Consumer
from consumers.stream.health import Health
from furlong.demo.consumers.partition_ends import PartitionEnds

log = structlog.get_logger(__name__)
REST_SECONDS: Final = 5.0
"""How long a consumer that has ended rests before it is started again, as systemd lets it."""


@dataclass(slots=True)
class SupervisedConsumer:
    """A consumer that is created and run again whenever it ends.

    Attributes:
        name: What it consumes for, as in `furlong consume NAME`.
        create: Returns a new consumer, which is run once.
    """

    name: str
    create: Callable[[], Consumer]
    _running: Consumer | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def health(self) -> Health | None:
        """Return the health of the consumer that runs now, or has run last; None before the first."""
        return None if self._running is None else self._running.health()

    async def run(self) -> None:
        """Consume until stopped."""
        while not self._stopping.is_set():
            try:
                self._running = self.create()
                await self._running.run()
            except Exception as fault:
                log.exception("consumer_ended", name=self.name, again_in=REST_SECONDS, error=str(fault))
            await _until(self._stopping, REST_SECONDS)

    async def stop(self) -> None:
        """Stop after the running batches, and do not start again."""
        self._stopping.set()
        if self._running is not None:
            await self._running.stop()


@asynccontextmanager
async def running_consumers(
    consumers: Sequence[SupervisedConsumer], ends: PartitionEnds
) -> AsyncIterator[None]:
    """Run consumers, which the ends wake, while the block runs."""
    tasks = [asyncio.create_task(consumer.run(), name="consumer") for consumer in consumers]
    try:
        yield
    finally:
        stops = asyncio.gather(*(consumer.stop() for consumer in consumers))
        asyncio.get_running_loop().call_soon(ends.call_back)  # once each was told
        await stops
        await asyncio.gather(*tasks, return_exceptions=True)


async def _until(event: asyncio.Event, seconds: float) -> None:
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
