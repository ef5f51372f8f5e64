"""A scalar for integers within bounds, which compiled code completes without calling a function."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ExactIntegers:
    """Serializes or parses integers within bounds, unchanged; give it to a scalar as its function.

    Raises:
        TypeError: The value is not an integer within the bounds.
    """

    least: int
    greatest: int

    def __call__(self, value: Any) -> int:
        """Return the number."""
        if value.__class__ is not int or not self.least <= value <= self.greatest:
            raise TypeError(f"{value!r} is not an integer from {self.least} to {self.greatest}")
        return int(value)

    def test(self, value: str) -> str:
        """Return an expression that is true if a variable holds such an integer."""
        return f"{value}.__class__ is int and {self.least} <= {value} <= {self.greatest}"
