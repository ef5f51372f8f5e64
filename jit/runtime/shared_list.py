"""Shared lists: lists that never change, so their completed form is made once and kept with them."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MAX_RESULTS: Final = 64
"""The most results kept with one list; each operation that selects the list makes a few."""


class SharedList(list[T]):
    """A list that a resolver returns again and again, and that never changes, nor do its items.

    Its completed form is a shared list too, and is part of many responses: call `own` before changing one.
    """

    __slots__ = ("_made",)

    def __init__(self, items: Iterable[T] = (), made: dict[Callable[[Any], Any], Any] | None = None) -> None:
        """Share items; `made` says what is known already: what functions make of the list."""
        super().__init__(items)
        self._made: dict[Callable[[Any], Any], Any] = {} if made is None else made

    def once(self, make: Callable[["SharedList[T]"], R | None]) -> R | None:
        """Return what a function makes of the list; the function is called once, unless it returns None."""
        made: R | None = self._made.get(make)
        if made is None:
            made = make(self)
            if made is not None:
                if len(self._made) >= MAX_RESULTS:
                    self._made.clear()
                self._made[make] = made
        return made


def own(answer: dict[str, Any]) -> None:
    """Replace all shared lists in a response by copies, so that the response may be written into."""
    containers: list[tuple[Any, bool]] = [(answer, False)]
    while containers:
        container, is_copy = containers.pop()
        for key, value in container.items() if isinstance(container, dict) else enumerate(container):
            if not isinstance(value, dict | list):
                continue
            below, lasts = value, is_copy or isinstance(value, SharedList)
            if lasts:
                below = container[key] = dict(value) if isinstance(value, dict) else list(value)
            containers.append((below, lasts))
