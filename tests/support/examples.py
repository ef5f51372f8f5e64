"""How many examples properties have, by day and at night: all tests have their numbers from here.

What is pure, or an inner model, has its full number. What asserts the same through an outer layer (credits,
limits, HTTP, an operator, games, payments) tries a few by day: enough to see that the layer is there.
"""

from typing import Final

from tests.support.long_form import LONG_FORM

AT_NIGHT: Final = 20
"""How many times as many examples the night has."""


def examples(by_day: int) -> int:
    """Return how many examples a property has in this run."""
    return by_day * (AT_NIGHT if LONG_FORM else 1)


USUAL: Final = examples(50)
"""The examples of a property that says nothing else."""

FAST: Final = 20
"""The same in `make test`, which is run again and again: what says a number has its own there too."""

OUTER_LAYER: Final = examples(5)
"""The examples of a property that an inner model has as well."""
