"""What runs beside requests, and is closed after them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from gateway.pipeline.cold_planning import ColdPlanning
from gateway.rate_limits.wiring import Closing


def lifespan(
    closing: Iterable[Closing],
    planning: ColdPlanning,
    large_responses: ThreadPoolExecutor,
    watching: Callable[[], Coroutine[Any, Any, None]],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application.

    Args:
        closing: What is closed at the end, in this order.
        planning: The planning thread.
        large_responses: The thread that makes large responses.
        watching: Watches files until it is cancelled.
    """

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        background = asyncio.create_task(watching())
        yield
        background.cancel()
        planning.close()
        large_responses.shutdown(wait=False, cancel_futures=True)
        for each in closing:
            await each.close()

    return running
