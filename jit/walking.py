"""Takes the first steps of coroutines; of those that end there it tells without an exception.

`coroutine.send` raises `StopIteration` with the value when a coroutine ends, which costs more than a short
coroutine does itself. A generator that awaits it gets the value as it is.
"""

from collections.abc import Callable, Coroutine, Generator
from types import CoroutineType
from types import coroutine as awaiting
from typing import Any, Final, TypeAlias

Walk: TypeAlias = Generator[Any, Coroutine[Any, Any, Any], None]

STEADY: Final = 8
"""So many coroutines of an execution end at their first step before a walk is begun for the others."""

take_step: Final[Callable[[Any, None], Any]] = CoroutineType.send
"""The next step of a coroutine alone."""


class Walked:
    """Says that a coroutine has ended, and with which value."""

    __slots__ = ("value",)
    value: Any


def walking() -> Walk:
    """A generator that is sent coroutines, and gives what they yield, or `Walked`.

    One that waits is taken further without it; then, and after an error, it is of no more use.
    """
    walk = _walk()
    next(walk)
    return walk


@awaiting
def _walk() -> Walk:
    walked = Walked()
    coroutine = yield walked
    while True:
        walked.value = yield from coroutine
        coroutine = yield walked
