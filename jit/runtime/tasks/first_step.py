"""Takes the first steps of coroutines, and reports those that end there without raising an exception.

`coroutine.send` raises `StopIteration` with the value when a coroutine ends, which costs more than a short
coroutine does itself. A generator that awaits the coroutine gets the value without an exception.
"""

from collections.abc import Callable, Coroutine, Generator
from types import CoroutineType
from types import coroutine as awaitable_generator
from typing import Any, Final, TypeAlias

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
