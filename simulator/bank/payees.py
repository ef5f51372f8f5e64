"""Whose accounts are: a simulated bank knows holders from the money that came from their accounts."""

from collections.abc import Iterable
from typing import Final

from simulator.bank.statements import MovementKind
from simulator.bank.store import Kept

MATCH: Final = "match"
CLOSE_MATCH: Final = "close_match"
NO_MATCH: Final = "no_match"
NOT_POSSIBLE: Final = "not_possible"


def match_of(movements: Iterable[Kept], holder: str, account: str) -> str:
    """Return whether an account is a holder's, by who has paid from it; NOT_POSSIBLE if nobody has."""
    payers = [
        kept.movement.holder
        for kept in movements
        if kept.movement.kind is MovementKind.CREDIT and kept.movement.account == account
    ]
    known = next((name for name in reversed(payers) if name), None)
    if known is None:
        return NOT_POSSIBLE
    if known == holder:
        return MATCH
    mine, theirs = (set(name.casefold().replace(".", " ").split()) for name in (holder, known))
    return CLOSE_MATCH if mine & theirs else NO_MATCH
