"""How money moves for a settlement: the difference from what was moved before, under ids of its own.

What a bet returned before is taken back by a reservation of the customer's money. If that is refused, the
customer keeps it, and a person looks. A free bet that has gone back is taken again by a result that says that
the bet stands; if it is used up by then, the customer keeps it, which is written down for a person.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.kit.funds import OF_THE_SAME, Reservation
from subgraphs.kit.funds import Settlement as Payment

LEAST: Final = 1
"""What a reservation has to be of, in minor units."""


class Release(Struct, frozen=True):
    """Give the stake back from where it came."""

    reservation: Reservation


class Pay(Struct, frozen=True):
    """Pay something more from the stake that was taken."""

    payment: Payment


class Exchange(Struct, frozen=True):
    """Take money of the customer's, and then pay, which may be nothing.

    Attributes:
        released: A stake to give back from where it came, once the money is taken; None if there is none.
    """

    payment: Payment
    released: Reservation | None = None


class Retake(Struct, frozen=True):
    """Take a free bet again that has gone back, and pay what it has won.

    Attributes:
        instead: How what it has won is paid if it is used up; None if it has won nothing.
    """

    payment: Payment
    instead: Exchange | None


Movement: TypeAlias = Release | Pay | Exchange | Retake


class Paid(Struct, frozen=True):
    """What a customer has of a bet.

    Attributes:
        stake: What holds the stake, and pays; None if it has gone back.
        minor: In minor units; a stake of money that was given back is a part of it.
        is_kept: Whether the customer has kept a free bet that had gone back: it is not taken again.
    """

    stake: Reservation | None
    minor: int = 0
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
        case Exchange(_, released) if released is not None:
            stake = None
        case Retake(payment):
            is_kept = settlement.is_free_bet_kept
            stake = None if is_kept else payment.reservation
    return Paid(stake, settlement.returns_minor, is_kept)


def _movement(bet: Bet, settlement: Settlement, paid: Paid) -> Movement | None:
    name, more = f"{bet.bet_id}{OF_THE_SAME}{settlement.number}", settlement.returns_minor - paid.minor
    is_void, is_free = settlement.status is BetStatus.VOID, bool(bet.slip.free_bet)
    if is_void and paid.stake is not None and not paid.minor:
        return Release(paid.stake)
    if is_free and not is_void and paid.stake is None and not paid.is_kept:
        return _retake(bet, name, more)
    if more == 0:
        return None
    if more > 0 and paid.stake is not None:
        return Pay(Payment(id=name, reservation=paid.stake, returns=more))
    if more > 0:
        return _paid_anew(bet, name, more)
    taken = Payment(id=name, reservation=bet.reservation(f"{name}.r", -more), returns=0)
    return Exchange(taken, paid.stake if is_void and is_free else None)


def _retake(bet: Bet, name: str, more: int) -> Retake:
    stake = bet.reservation(f"{name}.f", bet.slip.total_minor, bet.slip.free_bet)
    instead = _paid_anew(bet, name, more) if more else None
    return Retake(Payment(id=name, reservation=stake, returns=more), instead)


def _paid_anew(bet: Bet, name: str, more: int) -> Exchange:
    """Return what pays something after the stake has gone back.

    A stake of the customer's is taken again; of a free bet that is used up, no more than has to be reserved.
    """
    amount = LEAST if bet.slip.free_bet else bet.slip.total_minor
    return Exchange(Payment(id=name, reservation=bet.reservation(f"{name}.r", amount), returns=more + amount))
