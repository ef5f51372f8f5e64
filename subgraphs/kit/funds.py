"""The one way in which blocks move customers' money, wherever it is kept: reserve, settle, release, correct.

Whoever implements it keeps these promises (`tests/support/money/contract.py`):

- An id has one outcome for ever. The same request under it has the same answer, until the reservation has
  ended; another request under it is refused, and nothing moves.
- A reservation takes the money at once or not at all. It ends once: by the first settlement, by its release,
  or by its time, after which the money is the customer's again.
- The first settlement takes what was reserved; each settlement pays its returns.
- A free bet pays one stake, whole and alone: of another amount, it is not enough.
- A release gives everything back: what is reserved, or what a settlement has taken. Released before it came,
  a reservation is never made. After a release, nothing is settled.
- What was settled or released wrongly is corrected: what is due comes from the house, and what was too much
  is taken of the customer's cash, never of credits. What is not there is owed: `Outcome.owed` says how much.
- Settlements, releases and corrections are never refused for what a customer may not do: limits, breaks and
  exclusions stop only reservations. Whoever decides later than they have reserved confirms first, which asks
  again: refused is what the customer's rules stop since, and nothing moves. What was taken is never refused.
- Whoever gets `IN_DOUBT` repeats the same request, asks, or releases; it never guesses.
"""

from collections.abc import Mapping
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Final, Protocol

from iso4217 import Currency
from msgspec import Struct

from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product

MAX_ID_LENGTH: Final = 48
"""Of reservations and settlements: printable ASCII without `/`, opaque, and never a customer's id."""

OF_THE_SAME: Final = "."
"""What is before it in the id of a bet's later reservation is the bet's own, by which customers find it."""

MAX_BRAND_LENGTH: Final = 64
MAX_CUSTOMER_LENGTH: Final = 128

MAX_HOLD_SECONDS: Final = 7 * 24 * 3600
"""The longest time for which money may be reserved without being taken."""


class Purpose(StrEnum):
    """What money is reserved for."""

    BET = auto()
    GAME = auto()


PRODUCT_OF: Final[Mapping[Purpose, Product]] = MappingProxyType(
    {Purpose.BET: Product.BETTING, Purpose.GAME: Product.CASINO}
)
"""What a stake is of: some breaks and credits are of one product alone."""


class Why(StrEnum):
    """Why nothing was moved. Codes in capitals are those of `PlatformErrorCode`, for the customer."""

    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    LIMIT_REACHED = "LIMIT_REACHED"
    SELF_EXCLUDED = "SELF_EXCLUDED"
    COOLING_OFF = "COOLING_OFF"
    ACCOUNT_SUSPENDED = "ACCOUNT_SUSPENDED"
    NO_ACCOUNT = "NO_ACCOUNT"
    DECLINED = "DECLINED"
    NOT_ALLOWED_HERE = "NOT_ALLOWED_HERE"
    WRONG_CURRENCY = "WRONG_CURRENCY"
    IDEMPOTENCY_REUSED = "IDEMPOTENCY_REUSED"
    RELEASED = "released"
    EXPIRED = "expired"
    UNKNOWN_RESERVATION = "unknown_reservation"

    @classmethod
    def _missing_(cls, value: object) -> "Why | None":
        """Return what an earlier version has written."""
        return cls.ACCOUNT_SUSPENDED if value == "SUSPENDED" else None


class Status(StrEnum):
    """What became of a request."""

    DONE = auto()
    REFUSED = auto()
    IN_DOUBT = auto()


class Outcome(Struct, frozen=True):
    """What became of a request.

    Attributes:
        why: Why it was refused.
        owed: How much of what a correction takes the customer did not have, in minor units.
    """

    status: Status
    why: Why | None = None
    owed: int = 0


DONE: Final = Outcome(Status.DONE)
IN_DOUBT: Final = Outcome(Status.IN_DOUBT)


def refused(why: Why) -> Outcome:
    """Return that nothing was moved."""
    return Outcome(Status.REFUSED, why)


class ReservationState(StrEnum):
    """How a reservation stands."""

    UNKNOWN = auto()
    REFUSED = auto()
    RESERVED = auto()
    SETTLED = auto()
    RELEASED = auto()
    EXPIRED = auto()


class Reservation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money of a customer that a block wants to keep for a purpose.

    Attributes:
        id: Chosen and kept by the block: the idempotency key.
        owner: Whose money it is.
        currency: ISO 4217's alphabetic code, in capitals.
        amount: In minor units; positive, at most `MAX_AMOUNT`.
        purpose: What for.
        seconds: After how long it ends by itself, by the clock of whoever keeps the money.
        free_bet: The id of the club's credit that alone pays, and whole; "" if bonuses and cash do.
    """

    id: str
    owner: Owner
    currency: str
    amount: int
    purpose: Purpose
    seconds: int
    free_bet: str = ""


class Settlement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reservation pays.

    Attributes:
        id: Chosen and kept by the block: the idempotency key.
        reservation: What it settles.
        returns: What the customer gets, in minor units: with the stake, where that comes back. 0 if nothing.
    """

    id: str
    reservation: Reservation
    returns: int


class Correction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reservation that was taken has to pay or take otherwise than it did.

    Attributes:
        id: Chosen and kept by the block: the idempotency key.
        reservation: What is corrected; it may have gone back.
        amount: What the customer gets besides, in minor units; negative for what is taken.
        owed: What of it the customer owes by earlier corrections: of what they get, this is paid first.
        releases: Whether the stake goes back first, to where it came from.
    """

    id: str
    reservation: Reservation
    amount: int
    owed: int = 0
    releases: bool = False


class Funds(Protocol):
    """Where customers' money is kept."""

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether a customer may make a reservation that was made, and move nothing."""
        ...

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        ...

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before, whatever the customer may do now.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        ...


def check_reservation(reservation: Reservation) -> None:
    """Refuse what no wallet can keep.

    Raises:
        ValueError: Something is out of its range, or there is no such currency.
    """
    _check_id("reservation", reservation.id)
    check_owner(reservation.owner)
    if not 1 <= reservation.amount <= MAX_AMOUNT:
        raise ValueError(f"a reservation's amount must be between 1 and {MAX_AMOUNT:,}")
    if not 1 <= reservation.seconds <= MAX_HOLD_SECONDS:
        raise ValueError(f"a reservation's seconds must be between 1 and {MAX_HOLD_SECONDS:,}")
    Currency(reservation.currency)


def check_settlement(settlement: Settlement) -> None:
    """Refuse what no wallet can pay.

    Raises:
        ValueError: Something is out of its range, or there is no such currency.
    """
    check_reservation(settlement.reservation)
    _check_id("settlement", settlement.id)
    if not 0 <= settlement.returns <= MAX_AMOUNT:
        raise ValueError(f"a settlement's returns must be between 0 and {MAX_AMOUNT:,}")


def check_correction(correction: Correction) -> None:
    """Refuse what no wallet can correct.

    Raises:
        ValueError: Something is out of its range, or there is no such currency.
    """
    check_reservation(correction.reservation)
    _check_id("correction", correction.id)
    if abs(correction.amount) > MAX_AMOUNT or not 0 <= correction.owed <= MAX_AMOUNT:
        raise ValueError(f"a correction's amounts must be at most {MAX_AMOUNT:,}")


def check_owner(owner: Owner) -> None:
    """Refuse what cannot name a customer.

    Raises:
        ValueError: The brand or the customer is empty or too long.
    """
    if not 1 <= len(owner.brand) <= MAX_BRAND_LENGTH:
        raise ValueError(f"a brand has 1 to {MAX_BRAND_LENGTH} characters")
    if not 1 <= len(owner.customer) <= MAX_CUSTOMER_LENGTH:
        raise ValueError(f"a customer's id has 1 to {MAX_CUSTOMER_LENGTH} characters")


def _check_id(name: str, text: str) -> None:
    is_id = text.isascii() and text.isprintable() and "/" not in text and 1 <= len(text) <= MAX_ID_LENGTH
    if not is_id:
        raise ValueError(
            f"a {name}'s id must be 1 to {MAX_ID_LENGTH} printable characters of ASCII without /"
        )
