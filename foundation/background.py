"""Runs work beside other work: until the block that needs it ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run work that never ends by itself while the block runs, and cancel it afterwards.

    Args:
        work: What to do.
        name: The name of its task.

    Raises:
        Exception: The error with which the work has ended, once the block ends.
    """
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
