"""A scalar of whole numbers within bounds, which compiled code completes without calling it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ExactIntegers:
    """Serializes, or parses, whole numbers within bounds as they are; give it to a scalar as its function.

    Raises:
        TypeError: when called with anything but an integer within the bounds.
    """

    least: int
    greatest: int

    def __call__(self, value: Any) -> int:
        """Return the number."""
        if value.__class__ is not int or not self.least <= value <= self.greatest:
            raise TypeError(f"{value!r} is no whole number from {self.least} to {self.greatest}")
        return int(value)

    def test(self, value: str) -> str:
        """Write an expression that is true if a variable holds such a number."""
        return f"{value}.__class__ is int and {self.least} <= {value} <= {self.greatest}"
