"""The end of consumers that a test has stopped."""

import asyncio
from collections.abc import Collection


async def has_ended(running: Collection[asyncio.Task[None]]) -> None:
    """Wait until stopped consumers have ended, and raise what one of them has failed with.

    One that takes longer than its grace, as on a busy machine, is cancelled, which is no failure: a teardown
    that lets a cancellation through leaves what it should have undone to all later tests.
    """
    await asyncio.wait(running)
    for task in running:
        if not task.cancelled():
            task.result()
