"""Runs work beside other work: until the block that needs it ends, or until all of it has ended."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


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
