"""Lists that never change any more: what is made of one is made once, and kept with it."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_KEPT: Final = 64
"""So many things are kept that were made of one list: each operation that shows it makes a few."""


class Lasting(list[T]):
    """A list that a resolver gives again and again, and of which nothing changes as long as it is there.

    That goes for its items too, and for all that is read of them. Completed it is a lasting list again, and
    part of many answers: whoever wants to write into an answer calls `own` first.
    """

    __slots__ = ("_made",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        super().__init__(items)
        self._made: dict[Callable[[Any], Any], Any] = {}

    def once(self, make: Callable[["Lasting[T]"], R | None]) -> R | None:
        """What a function makes of it, made once; None is not kept."""
        made: R | None = self._made.get(make)
        if made is None:
            made = make(self)
            if made is not None:
                if len(self._made) >= MOST_KEPT:
                    self._made.clear()
                self._made[make] = made
        return made


def own(answer: dict[str, Any]) -> None:
    """Puts copies in the place of all lasting lists in an answer, so that it may be written into."""
    containers: list[tuple[Any, bool]] = [(answer, False)]
    while containers:
        container, is_copy = containers.pop()
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            if not isinstance(value, dict | list):
                continue
            below, lasts = value, is_copy or isinstance(value, Lasting)
            if lasts:
                below = container[key] = dict(value) if isinstance(value, dict) else list(value)
            containers.append((below, lasts))
