"""Limits on the data of one response; work on it stops when a limit is exceeded.

One budget counts places, that is, fields and list items: those produced by subgraphs in this process, the
bytes sent by other subgraphs, and the copies of an entity that many objects share. Neither the tree of data
nor its projection can exceed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from gateway.errors import ResponseTooLarge
from gateway.settings.limits import ResponseLimits
from jit.codegen import BUDGET, BudgetSpent, spend

LARGE_PLACES: Final = 20_000
"""Data with more places is projected in a thread: for this many, compiled code takes 4 ms, the interpreter
50.
"""

LIST_TOO_LONG: Final = "LIST_TOO_LONG"


def is_large(limits: ResponseLimits) -> bool:
    """Return whether the current task has fetched so much that projecting it would delay other requests."""
    budget = BUDGET.get()
    return budget is not None and limits.places - budget.places > LARGE_PLACES


def too_large(_spent: BudgetSpent | None = None) -> ResponseTooLarge:
    """Return the error for a request whose budget is spent."""
    return ResponseTooLarge("The response is too large: select less, or ask for shorter lists.")


def too_many_bytes(most: int) -> ResponseTooLarge:
    """Return the error for a response that is encoded, and has more bytes than allowed."""
    return ResponseTooLarge(f"The response is too large (over {most} bytes): select less.")


@contextmanager
def raise_refusal_alone() -> Iterator[None]:
    """Raise the first `ResponseTooLarge` of a task group by itself."""
    try:
        yield
    except ExceptionGroup as group:
        refused = group.subgroup(ResponseTooLarge)
        if refused is None:
            raise
        raise refused.exceptions[0] from None


def spend_copies(entity: Any, copies: int) -> None:
    """Charge the budget for the copies of an entity.

    Raises:
        ResponseTooLarge: The budget is spent.
    """
    places, values = 0, [entity]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            places += len(value)
            values += value.values()
        elif isinstance(value, list):
            places += len(value)
            values += value
    try:
        spend(places * copies)
    except BudgetSpent as spent:
        raise too_large(spent) from None
