"""What a bet knows of the money that was moved for it: its own stake, and what corrections paid."""

from msgspec.structs import replace

from subgraphs.bets.betting.bet import Bet
from subgraphs.bets.betting.money import Correct, Movement, Pay, Release, Retake, movement_of
from subgraphs.kit.funds import Reservation, ReservationState
from subgraphs.kit.funds import Settlement as Payment
from subgraphs.kit.known_reservations import Known, Paid


def known_money(bet: Bet) -> list[Known]:
    """Return the reservations of a bet, as far as what has become of them is written; its stake first."""
    known = {bet.bet_id: Known(bet.stake, _stake(bet))}
    for settlement in bet.settlements:
        if settlement.moved_at is None:
            continue
        movement: Movement | None = movement_of(bet, settlement)
        if isinstance(movement, Retake) and settlement.is_free_bet_kept:
            movement = movement.instead
        match movement:
            case Release(reservation):
                _released(known, reservation)
            case Pay(payment) | Retake(payment):
                _paid(known, payment)
            case Correct(correction):
                if correction.releases:
                    _released(known, correction.reservation)
                paid = correction.amount - min(correction.owed, max(correction.amount, 0))
                if paid > 0:
                    stake = correction.reservation
                    _paid(known, Payment(id=correction.id, reservation=stake, returns=paid))
    return list(known.values())


def _paid(known: dict[str, Known], payment: Payment) -> None:
    """Note a payment from a reservation, which has been taken by then."""
    reservation, paid = payment.reservation, Paid(payment.id, payment.returns)
    before = known.get(reservation.id, Known(reservation, ReservationState.SETTLED))
    known[reservation.id] = replace(before, settlements=(*before.settlements, paid))


def _released(known: dict[str, Known], reservation: Reservation) -> None:
    known[reservation.id] = replace(known[reservation.id], state=ReservationState.RELEASED)


def _stake(bet: Bet) -> ReservationState:
    if bet.refusal:
        return ReservationState.RELEASED
    if bet.taken_at is not None:
        return ReservationState.SETTLED
    return ReservationState.UNKNOWN if bet.reserved_at is None else ReservationState.RESERVED
