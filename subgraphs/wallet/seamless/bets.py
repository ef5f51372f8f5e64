"""A reservation at an operator's wallet: how it stands, and which request is to be sent next.

    ASKED ── accepted ──> RESERVED ── settlement ──> SETTLED
      │                      └──────── release, or its time ────────┐
      ├── refused at the first request ──> REFUSED                  │
      └── in doubt, then refused: REFUSING; given up or released: RELEASING; its time: EXPIRING
                                  └── rolled back ──> REFUSED, RELEASED or EXPIRED

Whatever may have taken money and was not accepted is rolled back until the operator says that this is done.
"""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from msgspec import Struct

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds import Purpose, Reservation, ReservationState, Why, refused

MAX_TOKEN_LENGTH: Final = 255

GRACE: Final = timedelta(seconds=30)
"""How long a bet that was not answered waits for its block to repeat it, before it is rolled back."""

MAX_PAUSE: Final = timedelta(minutes=10)
"""The longest pause between two attempts."""


class BetState(StrEnum):
    """How a reservation stands at the operator's wallet."""

    ASKED = auto()
    RESERVED = auto()
    SETTLED = auto()
    REFUSED = auto()
    RELEASED = auto()
    EXPIRED = auto()
    REFUSING = auto()
    RELEASING = auto()
    EXPIRING = auto()


class WinState(StrEnum):
    """How a settlement stands: what it returns is due, or paid, or there is nothing to pay."""

    DUE = auto()
    PAID = auto()
    NOTHING = auto()


REUSED: Final = refused(Why.IDEMPOTENCY_REUSED)
ROLLED_BACK: Final = {
    BetState.REFUSING: BetState.REFUSED,
    BetState.RELEASING: BetState.RELEASED,
    BetState.EXPIRING: BetState.EXPIRED,
}
"""What a reservation is once its bet has been rolled back."""

_SHOWN: Final = {
    BetState.RESERVED: ReservationState.RESERVED,
    BetState.SETTLED: ReservationState.SETTLED,
    BetState.REFUSED: ReservationState.REFUSED,
    BetState.RELEASED: ReservationState.RELEASED,
    BetState.EXPIRED: ReservationState.EXPIRED,
}
_ENDED: Final = {
    BetState.RELEASED: Why.RELEASED,
    BetState.RELEASING: Why.RELEASED,
    BetState.EXPIRED: Why.EXPIRED,
    BetState.EXPIRING: Why.EXPIRED,
}


class Bet(Struct, frozen=True):
    """A reservation, as the journal has it.

    Attributes:
        amount_minor: 0 if it was released before it came, so that nothing is known of it.
        operator_user: The customer's id at the operator: the same, also after the customer has been erased
            here, as long as something is to be sent.
        token: Of the customer's session when it was asked for: also its wins and its rollback name it.
        why: Why it is refused.
        ends_at: When it ends by itself, unless it is settled.
        attempts: How often the request that is due now has been sent, or begun to be.
        busy_until: Until when a process may be waiting for an answer; None if none is.
        next_at: When it is to be looked at again; None if nothing is due.
        answer: The operator's last status, or what kept it away.
    """

    reservation_id: str
    brand_id: str
    customer_id: str
    currency: str
    amount_minor: int
    purpose: str
    seconds: int
    operator_user: str
    token: str
    state: BetState
    why: Why | None
    ends_at: datetime
    made_at: datetime
    attempts: int = 0
    busy_until: datetime | None = None
    next_at: datetime | None = None
    answer: str = ""

    @property
    def owner(self) -> Owner:
        """Return whose it is."""
        return Owner(self.brand_id, self.customer_id)

    @property
    def was_asked(self) -> bool:
        """Tell whether the reservation has come, or was only released."""
        return self.amount_minor > 0

    @property
    def ended(self) -> Why | None:
        """Return why it can neither be made nor settled; None if it can."""
        if self.state in {BetState.REFUSED, BetState.REFUSING}:
            return self.why
        return _ENDED.get(self.state)

    @property
    def shown(self) -> ReservationState | None:
        """Return how it stands; None while that is in doubt."""
        return _SHOWN.get(self.state)

    @property
    def is_rolled_back(self) -> bool:
        """Tell whether a rollback is due."""
        return self.state in ROLLED_BACK

    def is_of(self, reservation: Reservation) -> bool:
        """Tell whether it is what was asked for; whatever was refused or never came is of anything."""
        if self.state in {BetState.REFUSED, BetState.REFUSING} or not self.was_asked:
            return True
        return reservation == Reservation(
            id=self.reservation_id,
            owner=self.owner,
            currency=self.currency,
            amount=self.amount_minor,
            purpose=Purpose(self.purpose),
            seconds=self.seconds,
        )

    def is_busy(self, now: datetime) -> bool:
        """Tell whether a process may be waiting for an answer."""
        return self.busy_until is not None and now < self.busy_until


class Win(Struct, frozen=True):
    """A settlement, as the journal has it; its attributes are those of a bet."""

    settlement_id: str
    reservation_id: str
    brand_id: str
    customer_id: str
    returns_minor: int
    state: WinState
    made_at: datetime
    attempts: int = 0
    busy_until: datetime | None = None
    next_at: datetime | None = None
    answer: str = ""

    def is_busy(self, now: datetime) -> bool:
        """Tell whether a process may be waiting for an answer."""
        return self.busy_until is not None and now < self.busy_until


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after some attempts: 2, 4, 8 seconds and so on."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), MAX_PAUSE)
