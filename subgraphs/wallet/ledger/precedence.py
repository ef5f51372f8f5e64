"""Of several results that apply, the first."""

from typing import TypeVar

S = TypeVar("S")


def first_of(*checks: tuple[object, S]) -> S | None:
    """Return the result of the first check that applies; None if none does."""
    for applies, result in checks:
        if applies:
            return result
    return None
