"""Which states of an item count, of those that are told and the one that is stored."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

Row: TypeAlias = Mapping[str, Any]


class Folded(NamedTuple):
    """What an item is after it was told.

    Attributes:
        row: Its columns; None if it was never known, or only that it is gone.
        is_told: Whether they are those of a message, not only the stored ones.
        stale: How many messages changed nothing.
    """

    row: Row | None
    is_told: bool
    stale: int


def folded(
    before: Row | None, told: Iterable[Row | None], latest: int, merged: Callable[[Row | None, Row], Row]
) -> Folded:
    """Apply what was told of an item to what is stored of it, in order.

    Args:
        before: The stored columns, at least `revision` and `is_gone`; None if nothing is.
        told: The columns of messages, None for one that says that it is gone.
        latest: The highest revision that can be.
        merged: Returns what is stored of a message that replaces what was before.
    """
    row, is_told, stale = before, False, 0
    for message in told:
        if message is None:
            row = row and {**row, "is_gone": True}
        # What is gone is there again also at the revision that it had.
        elif row is None or supersedes(message["revision"] + row["is_gone"], row["revision"], latest):
            row, is_told = {**merged(row, message), "is_gone": False}, True
        else:
            stale += 1
    return Folded(row, is_told, stale)


def supersedes(revision: int, before: int, latest: int) -> bool:
    """Return whether a state replaces the one that is stored.

    The higher revision counts. One that is of a time that is not there yet gives way to any that can be:
    otherwise an adapter whose clock was ahead would go on to count until that time.

    Args:
        revision: That of the state.
        before: That of the stored one.
        latest: The highest one that can be.
    """
    return revision > before or revision <= latest < before
