"""What a bet knows of the money that was moved for it: its own stake, and what corrections took."""

from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.money import Exchange, Pay, Release, movement_of
from subgraphs.kit.funds import ReservationState
from subgraphs.kit.known_reservations import Known, Paid


def known_money(bet: Bet) -> list[Known]:
    """Return the reservations of a bet, as far as what has become of them is written; its stake first."""
    state, paid, others = _stake(bet), [], []
    for settlement in bet.settlements:
        if settlement.moved_at is None:
            continue
        match movement_of(bet, settlement):
            case Release():
                state = ReservationState.RELEASED
            case Pay(payment):
                paid.append(Paid(payment.id, payment.returns))
            case Exchange(payment):
                exchanged = (Paid(payment.id, payment.returns),)
                others.append(Known(payment.reservation, ReservationState.SETTLED, exchanged))
    return [Known(bet.stake, state, tuple(paid)), *others]


def _stake(bet: Bet) -> ReservationState:
    if bet.refusal:
        return ReservationState.RELEASED
    if bet.taken_at is not None:
        return ReservationState.SETTLED
    return ReservationState.UNKNOWN if bet.reserved_at is None else ReservationState.RESERVED
