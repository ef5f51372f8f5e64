"""Runs work beside other work: until the block that needs it ends, or until all of it has ended."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeVar

T = TypeVar("T")
CANCEL_AGAIN_SECONDS: Final = 5.0
"""How long a task has to end before it is cancelled once more."""


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
        await cancel_until_ended(task)
        with suppress(asyncio.CancelledError):
            await task


async def cancel_until_ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until all have ended; their results and errors stay in them.

    Once is not enough: `asyncio.wait_for`, by which drivers connect, can swallow a cancellation.

    Raises:
        asyncio.CancelledError: The caller was cancelled meanwhile, which cancelled the tasks again.
    """
    interruption: asyncio.CancelledError | None = None
    while unfinished := [task for task in tasks if not task.done()]:
        for task in unfinished:
            task.cancel()
        try:
            await asyncio.wait(unfinished, timeout=CANCEL_AGAIN_SECONDS)
        except asyncio.CancelledError as again:
            interruption = again
    if interruption is not None:
        raise interruption


async def all_of(*works: Coroutine[Any, Any, T]) -> list[T]:
    """Do works at the same time, and return their results in order; none of them runs any longer then.

    Raises:
        BaseException: The first error of a work, in their order, once all have ended.
    """
    results = await asyncio.gather(*works, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
