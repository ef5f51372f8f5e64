"""Awaitables: classifies, tracks and disposes of them."""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Coroutine, Sequence
from types import CoroutineType
from typing import Any

from graphql.pyutils import gather_with_cancel, is_awaitable


def track(values: Sequence[Any]) -> None:
    """Settle awaitables in the background, as graphql-core's helper does."""
    awaitables = [value for value in values if is_awaitable(value)]
    if awaitables:
        asyncio.gather(*awaitables, return_exceptions=True)


def dispose(awaitables: list[Any]) -> None:
    """Let awaitables end in the background; close them if no event loop runs, as graphql-core does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        for awaitable in awaitables:
            close(awaitable)
    else:
        track(awaitables)


def gather(values: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    """Await all awaitables; graphql-core's helper for resolvers."""
    return gather_with_cancel(*values)


def as_future_or_coroutine(
    awaitable: Any,
) -> "tuple[Future[Any] | None, Coroutine[Any, Any, Any] | None]":
    """Return the awaitable as a future or as a coroutine; other awaitables are wrapped in a coroutine."""
    if isinstance(awaitable, CoroutineType):
        return None, awaitable
    if isinstance(awaitable, Future):
        return awaitable, None
    return None, _awaiting(awaitable)


def close(coroutine: Any) -> None:
    """Close a coroutine that will not be started; leave anything else alone."""
    if isinstance(coroutine, CoroutineType):
        coroutine.close()


def foreign(future: "Future[Any]") -> RuntimeError:
    """Return the error for a future of another event loop."""
    return RuntimeError(f"A resolver gave Future {future!r} attached to a different loop")


async def _awaiting(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
