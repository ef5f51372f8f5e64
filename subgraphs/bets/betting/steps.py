"""What is to be done next for a bet: one pure function of what is known of it.

Each step may be done twice, by two processes at once, or be interrupted: what it does has ids of its own.
"""

from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from subgraphs.bets.betting.bet import Bet, Settlement

PATIENCE: Final = timedelta(seconds=30)
"""How long after the bet delay a bet may be undecided: then it is refused, however it would end."""


class Reserve(Struct, frozen=True):
    """Reserve the stake."""


class Look(Struct, frozen=True):
    """Look at what is offered again, and decide by that."""


class GiveUp(Struct, frozen=True):
    """Refuse the bet: it was not known for too long whether it may be made."""


class Take(Struct, frozen=True):
    """Take the stake: then the bet is made."""


class GiveBack(Struct, frozen=True):
    """See to it that a refused bet holds no stake, whether it was reserved or not."""


class Move(Struct, frozen=True):
    """Move the money of a settlement."""

    settlement: Settlement


Step: TypeAlias = Reserve | Look | GiveUp | Take | GiveBack | Move


def next_step(bet: Bet, at: datetime) -> Step | None:
    """Return what is to be done; None if nothing is, before the bet delay is over or a result comes.

    Args:
        bet: What is known.
        at: Now, by the machine's clock.
    """
    if bet.refusal:
        return None if bet.released_at is not None else GiveBack()
    if bet.taken_at is None:
        return _before_it_is_made(bet, at)
    return next((Move(settlement) for settlement in bet.settlements if not settlement.is_over), None)


def _before_it_is_made(bet: Bet, at: datetime) -> Step | None:
    if bet.decided_at is not None:
        return Take()
    if at > bet.look_at + PATIENCE:
        return GiveUp()
    if bet.reserved_at is None:
        return Reserve()
    return Look() if at >= bet.look_at else None


def due_at(bet: Bet) -> datetime | None:
    """Return when the next step is due by itself; None if nothing is to be done but what a result asks."""
    if bet.refusal:
        return None if bet.released_at is not None else bet.asked_at
    if bet.taken_at is None:
        return bet.look_at if bet.reserved_at is not None and bet.decided_at is None else bet.asked_at
    is_moving = any(not settlement.is_over for settlement in bet.settlements)
    return bet.taken_at if is_moving else None
