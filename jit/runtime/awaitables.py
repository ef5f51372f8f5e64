"""Awaitables: classified, tracked, disposed of, and driven to their first step.

`coroutine.send` raises `StopIteration` with the value when a coroutine ends, which costs more than a short
coroutine does itself. A generator that awaits the coroutine gets the value without an exception.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from types import CoroutineType
from types import coroutine as awaitable_generator
from typing import Any, Final, TypeAlias

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


Stepper: TypeAlias = Generator[Any, Coroutine[Any, Any, Any], None]

ENDS_BEFORE_STEPPER: Final = 8
"""How many coroutines in a row must end at their first step before an execution uses a stepper."""

take_step: Final[Callable[[Any, None], Any]] = CoroutineType.send
"""Takes the next step of a single coroutine."""


class Ended:
    """Carries the value of a coroutine that has ended."""

    __slots__ = ("value",)
    value: Any


def start_stepper() -> Stepper:
    """Make a generator that is sent coroutines, and yields what they yield, or `Ended`.

    A coroutine that waits is driven further without the generator. After that, and after an error, the
    generator cannot be used again.
    """
    stepper = _step()
    next(stepper)
    return stepper


@awaitable_generator
def _step() -> Stepper:
    ended = Ended()
    coroutine = yield ended
    while True:
        ended.value = yield from coroutine
        coroutine = yield ended
