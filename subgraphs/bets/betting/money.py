"""How money moves for a settlement: the difference from what was moved before, under ids of its own.

The first settlement pays from the stake that was taken, or gives it back; a later one corrects it. A free bet
that has gone back is taken again by a result that says that the bet stands; if it is used up by then, the
customer keeps it, which is written down for a person.
"""

from typing import TypeAlias

from msgspec import Struct

from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.kit.funds import OF_THE_SAME, Correction, Reservation
from subgraphs.kit.funds import Settlement as Payment


class Release(Struct, frozen=True):
    """Give the stake back from where it came."""

    reservation: Reservation


class Pay(Struct, frozen=True):
    """Pay something more from the stake that was taken."""

    payment: Payment


class Correct(Struct, frozen=True):
    """Pay or take the difference, whatever the customer may do now."""

    correction: Correction


class Retake(Struct, frozen=True):
    """Take a free bet again that has gone back, and pay what it has won.

    Attributes:
        instead: How what it has won is paid if it is used up; None if it has won nothing.
    """

    payment: Payment
    instead: Correct | None


Movement: TypeAlias = Release | Pay | Correct | Retake


class Paid(Struct, frozen=True):
    """What a customer has of a bet.

    Attributes:
        stake: What holds the stake, and pays; None if it has gone back.
        minor: In minor units; a stake of money that was given back is a part of it.
        owed: What of it was to be taken back, and was spent: the customer owes it.
        is_kept: Whether the customer has kept a free bet that had gone back: it is not taken again.
    """

    stake: Reservation | None
    minor: int = 0
    owed: int = 0
    is_kept: bool = False


def taking(bet: Bet) -> Payment:
    """Return what takes the stake of a bet, and pays nothing yet."""
    return Payment(id=f"{bet.bet_id}{OF_THE_SAME}0", reservation=bet.stake, returns=0)


def paid_before(bet: Bet, number: int) -> Paid:
    """Return what a customer had of a bet before one of its settlements."""
    paid = Paid(bet.stake)
    for settlement in bet.settlements[: number - 1]:
        if not settlement.refusal:
            paid = _after(_movement(bet, settlement, paid), settlement, paid)
    return paid


def movement_of(bet: Bet, settlement: Settlement) -> Movement | None:
    """Return how money moves for a settlement, once all before it are over; None if it need not."""
    return _movement(bet, settlement, paid_before(bet, settlement.number))


def _after(movement: Movement | None, settlement: Settlement, paid: Paid) -> Paid:
    """Return what a customer has after a settlement that was moved."""
    stake, is_kept = paid.stake, paid.is_kept
    match movement:
        case Release():
            stake = None
        case Correct(correction) if correction.releases:
            stake = None
        case Retake(payment):
            is_kept = settlement.is_free_bet_kept
            stake = None if is_kept else payment.reservation
    return Paid(stake, settlement.returns_minor, settlement.owed_minor, is_kept)


def owed_after(bet: Bet, settlement: Settlement, movement: Movement | None, lacking: int) -> int:
    """Return what a customer owes for a bet after a movement.

    Args:
        bet: The bet.
        settlement: Whose movement it was.
        movement: What was moved.
        lacking: How much of what was to be taken the customer did not have.
    """
    owed = paid_before(bet, settlement.number).owed
    paid = max(movement.correction.amount, 0) if isinstance(movement, Correct) else 0
    return owed - min(owed, paid) + lacking


def _movement(bet: Bet, settlement: Settlement, paid: Paid) -> Movement | None:
    name, more = f"{bet.bet_id}{OF_THE_SAME}{settlement.number}", settlement.returns_minor - paid.minor
    is_void, is_free = settlement.status is BetStatus.VOID, bool(bet.slip.free_bet)
    # What is owed is paid by a stake of money that comes back.
    if is_void and paid.stake is not None and (is_free or not paid.owed):
        if not paid.minor:
            return Release(paid.stake)
        return _corrected(bet, name, -paid.minor, paid, releases=True)
    if is_free and not is_void and paid.stake is None and not paid.is_kept:
        stake = bet.reservation(f"{name}.f", bet.slip.total_minor, bet.slip.free_bet)
        instead = _corrected(bet, name, more, paid) if more else None
        return Retake(Payment(id=name, reservation=stake, returns=more), instead)
    if more == 0:
        return None
    if more > 0 and paid.stake is not None and not paid.owed:
        return Pay(Payment(id=name, reservation=paid.stake, returns=more))
    return _corrected(bet, name, more, paid)


def _corrected(bet: Bet, name: str, more: int, paid: Paid, *, releases: bool = False) -> Correct:
    return Correct(
        Correction(
            id=name, reservation=paid.stake or bet.stake, amount=more, owed=paid.owed, releases=releases
        )
    )
