"""What becomes of a reservation by requests, by answers and by time: decisions, without a database."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, structs

from subgraphs.kit.funds import IN_DOUBT, Outcome, Reservation, Settlement, Why, refused
from subgraphs.wallet.seamless.bets import (
    GRACE,
    REUSED,
    ROLLED_BACK,
    Bet,
    BetState,
    Win,
    WinState,
    pause_after,
)


class Step(Struct, frozen=True):
    """A request that is this process's to send: of a win, if there is one, else of a bet or its rollback."""

    bet: Bet
    win: Win | None = None

    @property
    def attempts(self) -> int:
        """Return how often it has been sent, with this time."""
        return self.bet.attempts if self.win is None else self.win.attempts

    @property
    def is_bet(self) -> bool:
        """Tell whether it asks for a stake."""
        return self.win is None and not self.bet.is_rolled_back


class Answer(Struct, frozen=True):
    """What an operator answered to a request.

    Attributes:
        said: Its status, or what kept it away.
        is_done: Whether it says that the request was carried out.
        why: Why it says that it was not; None if that is not known.
        is_certain: Whether nothing need be rolled back then.
    """

    said: str
    is_done: bool = False
    why: Why | None = None
    is_certain: bool = False


def new_bet(asked: Reservation, now: datetime, token: str, why: Why | None = None) -> Bet:
    """Return a reservation that has come; refused at once if there is a reason."""
    return Bet(
        reservation_id=asked.id,
        brand_id=asked.owner.brand,
        customer_id=asked.owner.customer,
        currency=asked.currency,
        amount_minor=asked.amount,
        purpose=asked.purpose.value,
        seconds=asked.seconds,
        operator_user=asked.owner.customer,
        token=token,
        state=BetState.ASKED if why is None else BetState.REFUSED,
        why=why,
        ends_at=now + timedelta(seconds=asked.seconds),
        made_at=now,
    )


def never_made(asked: Reservation, now: datetime) -> Bet:
    """Return a reservation that was released before it came."""
    return structs.replace(new_bet(asked, now, ""), state=BetState.RELEASED, amount_minor=0)


def new_win(settlement: Settlement, now: datetime) -> Win:
    """Return a settlement, whose returns are due."""
    asked = settlement.reservation
    return Win(
        settlement_id=settlement.id,
        reservation_id=asked.id,
        brand_id=asked.owner.brand,
        customer_id=asked.owner.customer,
        returns_minor=settlement.returns,
        state=WinState.DUE if settlement.returns else WinState.NOTHING,
        made_at=now,
        next_at=now if settlement.returns else None,
    )


def renewed(bet: Bet, now: datetime) -> Bet:
    """Return a reservation as it stands now: one whose time has passed is rolled back."""
    is_over = bet.ends_at <= now and bet.state in {BetState.ASKED, BetState.RESERVED}
    return structs.replace(bet, state=BetState.EXPIRING, attempts=0, next_at=now) if is_over else bet


def unsettled(bet: Bet, asked: Reservation) -> Outcome | None:
    """Return why a reservation cannot be settled; None if it can."""
    if not bet.is_of(asked):
        return REUSED
    if (ended := bet.ended) is not None:
        return refused(ended)
    return IN_DOUBT if bet.state is BetState.ASKED else None


def after_rollback(bet: Bet, answer: Answer, now: datetime) -> dict[str, Any]:
    """Return what becomes of a reservation whose rollback was answered."""
    if not bet.is_rolled_back:
        return {}
    if answer.is_done:
        return {"state": ROLLED_BACK[bet.state], "next_at": None}
    return {"next_at": now + pause_after(bet.attempts)}


def after_bet(bet: Bet, answer: Answer, now: datetime) -> dict[str, Any]:
    """Return what becomes of a reservation whose bet was answered.

    Args:
        bet: The reservation as it stands now: it may have been released, or may have ended, meanwhile.
        answer: What the operator said.
        now: The present instant.
    """
    if bet.state is not BetState.ASKED:
        return {"next_at": now} if bet.is_rolled_back else {}
    if answer.is_done:
        return {"state": BetState.RESERVED, "attempts": 0, "next_at": bet.ends_at}
    if answer.why is None:
        return {"next_at": now + GRACE}
    if answer.is_certain and bet.attempts == 1:
        return {"state": BetState.REFUSED, "why": answer.why, "next_at": None}
    # An earlier request may have been carried out, and a duplicate may be of our own bet.
    is_ours = answer.why is Why.IDEMPOTENCY_REUSED
    state = BetState.RELEASING if is_ours else BetState.REFUSING
    return {"state": state, "why": answer.why, "attempts": 0, "next_at": now}
