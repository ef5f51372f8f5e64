"""What is learnt of a bet, and what it changes: facts are added, and none takes back what is known.

Of two processes that learn what excludes each other, the one that writes first is believed: whoever writes
locks the bet, and goes on with what is written.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from subgraphs.bets.accepting.acceptance import TakenLeg
from subgraphs.bets.betting.bet import Bet, Settlement


class Reserved(Struct, frozen=True):
    """The stake is reserved."""

    at: datetime


class Delayed(Struct, frozen=True):
    """An event has begun since the bet was asked for: it has to wait for the bet delay, too."""

    until: datetime


class Decided(Struct, frozen=True):
    """What is offered stands: the bet is made as soon as its stake is taken."""

    at: datetime
    legs: tuple[TakenLeg, ...]


class RefusedFor(Struct, frozen=True):
    """The bet is not made.

    Attributes:
        code: Of `PlatformErrorCode`.
        message: For the customer.
        changed: The selections whose odds have changed.
        is_of_stake: Whether the stake could not be taken, although the offers stood.
    """

    code: str
    message: str
    changed: tuple[str, ...] = ()
    is_of_stake: bool = False


class Taken(Struct, frozen=True):
    """The stake is taken: the bet is made."""

    at: datetime


class Released(Struct, frozen=True):
    """A refused bet holds no stake, and never will."""

    at: datetime


class Settled(Struct, frozen=True):
    """Results say what the bet returns."""

    settlement: Settlement


class Moved(Struct, frozen=True):
    """The money of a settlement has moved, or cannot be: then `refusal` says why.

    Attributes:
        is_free_bet_kept: The free bet could not be taken again.
        owed_minor: What the customer owes for the bet by now.
    """

    number: int
    at: datetime
    refusal: str = ""
    is_free_bet_kept: bool = False
    owed_minor: int = 0


Fact: TypeAlias = Reserved | Delayed | Decided | RefusedFor | Taken | Released | Settled | Moved


def with_fact(bet: Bet, fact: Fact) -> Bet:
    """Return a bet with a fact; the same one if it was known, or if what is known excludes it."""
    match fact:
        case Reserved(at):
            return bet if bet.reserved_at is not None else replace(bet, reserved_at=at)
        case Released(at):
            is_news = bool(bet.refusal) and bet.released_at is None
            return replace(bet, released_at=at) if is_news else bet
        case Settled(settlement):
            is_next = bet.taken_at is not None and settlement.number == len(bet.settlements) + 1
            return replace(bet, settlements=(*bet.settlements, settlement)) if is_next else bet
        case Moved():
            return replace(bet, settlements=_moved(bet.settlements, fact))
        case _:
            return bet if bet.refusal or bet.taken_at is not None else _before_it_is_made(bet, fact)


def _before_it_is_made(bet: Bet, fact: Delayed | Decided | RefusedFor | Taken) -> Bet:
    match fact:
        case Delayed(until):
            is_later = bet.decided_at is None and until > bet.look_at
            return replace(bet, look_at=until) if is_later else bet
        case Decided(at, legs):
            return bet if bet.decided_at is not None else replace(bet, decided_at=at, legs=legs)
        case RefusedFor(code, message, changed, is_of_stake):
            if is_of_stake is (bet.decided_at is None):
                return bet
            return replace(bet, refusal=code, message=message, changed=changed)
        case Taken(at):
            return bet if bet.decided_at is None else replace(bet, taken_at=at)


def _moved(settlements: Sequence[Settlement], fact: Moved) -> tuple[Settlement, ...]:
    moved_at = None if fact.refusal else fact.at
    return tuple(
        replace(
            settlement,
            moved_at=moved_at,
            refusal=fact.refusal,
            is_free_bet_kept=fact.is_free_bet_kept,
            owed_minor=fact.owed_minor,
        )
        if settlement.number == fact.number and not settlement.is_over
        else settlement
        for settlement in settlements
    )
