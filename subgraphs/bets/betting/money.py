"""How money moves for a settlement: the difference from what was moved before, under ids of its own.

What a bet returned before is taken back by a reservation of the customer's money. If that is refused, the
customer keeps it, and a person looks. A free bet that has gone back stays the customer's, whatever a later
result says of it: it may be used up by then.
"""

from typing import TypeAlias

from msgspec import Struct

from subgraphs.bets.betting.bet import Bet, BetStatus, Settlement
from subgraphs.kit.funds import OF_THE_SAME, Reservation
from subgraphs.kit.funds import Settlement as Payment


class Release(Struct, frozen=True):
    """Give the stake back from where it came."""

    reservation: Reservation


class Pay(Struct, frozen=True):
    """Pay something more from the stake that was taken."""

    payment: Payment


class Exchange(Struct, frozen=True):
    """Take money of the customer's, and then pay, which may be nothing."""

    payment: Payment


Movement: TypeAlias = Release | Pay | Exchange


class Paid(Struct, frozen=True):
    """What a customer has of a bet.

    Attributes:
        minor: In minor units; a stake that was given back is a part of it.
        is_released: Whether the stake has gone back: nothing more is paid from it.
    """

    minor: int = 0
    is_released: bool = False


def taking(bet: Bet) -> Payment:
    """Return what takes the stake of a bet, and pays nothing yet."""
    return Payment(id=f"{bet.bet_id}{OF_THE_SAME}0", reservation=bet.stake, returns=0)


def paid_before(bet: Bet, number: int) -> Paid:
    """Return what a customer had of a bet before one of its settlements."""
    paid = Paid()
    for settlement in bet.settlements[: number - 1]:
        if settlement.refusal:
            continue
        is_release = isinstance(_movement(bet, settlement, paid), Release)
        paid = Paid(settlement.returns_minor, paid.is_released or is_release)
    return paid


def movement_of(bet: Bet, settlement: Settlement) -> Movement | None:
    """Return how money moves for a settlement, once all before it are over; None if it need not."""
    return _movement(bet, settlement, paid_before(bet, settlement.number))


def _movement(bet: Bet, settlement: Settlement, paid: Paid) -> Movement | None:
    name, more = f"{bet.bet_id}{OF_THE_SAME}{settlement.number}", settlement.returns_minor - paid.minor
    if settlement.status is BetStatus.VOID and paid == Paid():
        return Release(bet.stake)
    if more == 0:
        return None
    if more > 0 and not paid.is_released:
        return Pay(Payment(id=name, reservation=bet.stake, returns=more))
    if more < 0:
        taken = bet.reservation(f"{name}.r", -more)
        return Exchange(Payment(id=name, reservation=taken, returns=0))
    stake = bet.reservation(f"{name}.r", bet.slip.total_minor)
    return Exchange(Payment(id=name, reservation=stake, returns=more + bet.slip.total_minor))
