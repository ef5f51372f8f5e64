"""The limit on the size of an answer: lists are completed as long as the current task's budget lasts."""

from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any, Final

import msgspec


class BudgetSpent(BaseException):
    """An answer holds more than its budget. This ends the execution: no field may catch it as its error."""


class ResponseBudget(msgspec.Struct, eq=False, gc=False):
    """How much the answers to one request may still hold.

    Attributes:
        places: The number of fields and list items that are left.
    """

    places: int

    def take(self, places: int) -> None:
        """Take places.

        Raises:
            BudgetSpent: Fewer places are left.
        """
        self.places -= places
        if self.places < 0:
            raise BudgetSpent


BUDGET: Final[ContextVar[ResponseBudget | None]] = ContextVar("response_budget", default=None)
"""The budget of the current task; without one, answers are not limited."""


def spend(places: int) -> bool:
    """Take places from the budget, and return True, so that a generated condition may call it.

    Raises:
        BudgetSpent: Fewer places are left.
    """
    budget = BUDGET.get()
    if budget is not None:
        budget.places -= places
        if budget.places < 0:
            raise BudgetSpent
    return True


def regain(places: int) -> bool:
    """Give back places that are about to be taken again in another way, and return False."""
    budget = BUDGET.get()
    if budget is not None:
        budget.places += places
    return False


def spending(items: Iterable[Any], places: int) -> Iterable[Any]:
    """Take places for each item: at once for a list, else as the items come."""
    if isinstance(items, list):
        spend(len(items) * places)
        return items
    return _spending(items, places)


def _spending(items: Iterable[Any], places: int) -> Iterator[Any]:
    for item in items:
        spend(places)
        yield item
