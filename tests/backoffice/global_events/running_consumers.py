"""Runs consumers beside a test, and waits for what they bring about."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from consumers.stream.consumer import Consumer

PATIENCE_SECONDS: Final = 240.0


@asynccontextmanager
async def running(consumer: Consumer) -> AsyncIterator[None]:
    """Run a consumer for the duration of the block."""
    task = asyncio.create_task(consumer.run())
    try:
        yield
    finally:
        await consumer.stop()
        await asyncio.gather(task, return_exceptions=True)


async def until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Wait until something holds; return how many seconds that took."""
    begun = time.monotonic()
    while not await holds():
        assert time.monotonic() - begun < PATIENCE_SECONDS, "it does not come about"
        await asyncio.sleep(0.05)
    return time.monotonic() - begun
