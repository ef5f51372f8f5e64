"""Limits on what the answer to one request may hold; work on it stops where a limit is passed.

One budget counts places, which are fields and list items: those that subgraphs in this process make, the
bytes that others send, and the copies of an entity that many objects share. Neither the tree of data nor its
projection is larger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gateway.errors import AnswerTooLarge
from jit.codegen import BUDGET, BudgetSpent, spend

LARGE_PLACES: Final = 20_000
"""An answer of more places is projected in a thread: compiled code takes 4 ms for so many, else 50."""

LIST_TOO_LONG: Final = "LIST_TOO_LONG"
TOO_MANY_ENTITIES: Final = "TOO_MANY_ENTITIES"


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """The most that the answer to a request may have.

    Attributes:
        places: Fields and list items, in all.
        entities: Entities in one fetch.
        list_items: Items in one list of the response; a longer list is null, with an error.
    """

    places: int = 200_000
    entities: int = 1_000
    list_items: int = 1_000


def is_large(limits: AnswerLimits) -> bool:
    """Return whether the current task has fetched so much that projecting it would keep others waiting."""
    budget = BUDGET.get()
    return budget is not None and limits.places - budget.places > LARGE_PLACES


def too_large(_spent: BudgetSpent | None = None) -> AnswerTooLarge:
    """Return the error for an answer whose budget is spent."""
    return AnswerTooLarge("The answer is too large: select less, or ask for shorter lists.")


def check_entities(subgraph: str, count: int, most: int) -> None:
    """Refuse to ask a subgraph for too many entities at once.

    Raises:
        AnswerTooLarge: There are more than allowed.
    """
    if count > most:
        message = f"{count} objects need fields of {subgraph}; at most {most} are fetched at once."
        raise AnswerTooLarge(message, TOO_MANY_ENTITIES)


def spend_copies(entity: Any, copies: int) -> None:
    """Take what copies of an entity hold from the budget.

    Raises:
        AnswerTooLarge: So much is not left.
    """
    places, values = 0, [entity]
    while values:
        each = values.pop()
        if isinstance(each, dict):
            places += len(each)
            values += each.values()
        elif isinstance(each, list):
            places += len(each)
            values += each
    try:
        spend(places * copies)
    except BudgetSpent as spent:
        raise too_large(spent) from None
