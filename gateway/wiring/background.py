"""Background work, and resources that are closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Protocol, TypeAlias

from fastapi import FastAPI

from gateway.http.routes import IsReady

Background: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Background work that runs until cancelled."""


class Closing(Protocol):
    """A resource that is closed when the application ends."""

    async def close(self) -> None:
        """Close the resource."""
        ...


def lifespan(
    closing: Iterable[Closing],
    large_responses: ThreadPoolExecutor,
    background: Iterable[Background],
    running: Iterable[AbstractAsyncContextManager[object]],
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the lifespan of an application.

    Args:
        closing: The resources to close at the end, in this order.
        large_responses: The thread that makes large responses.
        background: Work that runs until cancelled, such as watching files.
        running: What features enter at the start, and leave at the end.
    """

    @asynccontextmanager
    async def serving(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as features:
            for manager in running:
                await features.enter_async_context(manager)
            working = [asyncio.create_task(work()) for work in background]
            yield
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        large_responses.shutdown(wait=False, cancel_futures=True)
        for each in closing:
            await each.close()

    return serving


def joined_checks(checks: Sequence[Callable[[], bool]], ready: IsReady | None) -> IsReady | None:
    """Return one readiness check of those of features and of that of the application."""
    if not checks:
        return ready

    async def check() -> bool:
        return all(is_ready() for is_ready in checks) and (ready is None or await ready())

    return check
