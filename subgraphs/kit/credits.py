"""The one way in which blocks give customers credits, wherever these are kept: give, ask, withhold.

Whoever implements it keeps these promises:

- An id has one outcome for ever. A credit is given once under it, however often it is asked for; another
  credit under the same id is refused, and nothing moves.
- A credit that is withheld before it was given is never given. One that has been given stays, and the answer
  says so.
- Whoever gets `IN_DOUBT` repeats the same request, asks, or withholds; it never guesses.
- A credit pays nothing once it has expired, and what is left of it is the house's again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Final, Protocol

from iso4217 import Currency
from msgspec import Struct

from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.funds import check_owner

MAX_ID_LENGTH: Final = 64
"""Of credits: printable ASCII, opaque, and never a customer's id."""

MAX_VALID_DAYS: Final = 3_660


class CreditKind(StrEnum):
    """What a credit becomes: the customer's own money, or an account that pays stakes by its terms."""

    CASH = auto()
    BONUS = auto()
    FREE_BET = auto()


class CreditTerms(Struct, frozen=True):
    """How a credit pays stakes.

    Attributes:
        pays_first: It pays stakes before cash does, as far as it goes.
        is_whole: It pays one stake, alone and whole, if the reservation names it.
        returns_stake: Whether returns contain the stake that it paid. Blocks that settle look here.
    """

    pays_first: bool
    is_whole: bool
    returns_stake: bool


TERMS: Final[Mapping[CreditKind, CreditTerms]] = MappingProxyType(
    {
        CreditKind.CASH: CreditTerms(pays_first=False, is_whole=False, returns_stake=True),
        CreditKind.BONUS: CreditTerms(pays_first=True, is_whole=False, returns_stake=True),
        CreditKind.FREE_BET: CreditTerms(pays_first=False, is_whole=True, returns_stake=False),
    }
)


class Credit(Struct, frozen=True, kw_only=True):
    """Something of value that a block gives to a customer.

    Attributes:
        id: Chosen and kept by the block: the idempotency key.
        owner: The customer.
        currency: ISO 4217's alphabetic code, in capitals.
        amount: In minor units; positive, at most `MAX_AMOUNT`.
        kind: What it becomes.
        product: The only product whose stakes it pays; None for all. Cash has none.
        valid_days: Days from the credit until it expires; None if it never does. Cash never does.
    """

    id: str
    owner: Owner
    currency: str
    amount: int
    kind: CreditKind
    product: Product | None = None
    valid_days: int | None = None


class CreditState(StrEnum):
    """How a credit stands.

    UNKNOWN: nobody has asked for it.
    GIVEN: the customer has it, or a part of it.
    USED: it was given, and nothing of it is left.
    EXPIRED: it was given, and the house has got back what was left.
    WITHHELD: it was not given, and never will be.
    REFUSED: it was not given; `why` says why.
    REUSED: the id is that of another credit.
    IN_DOUBT: it is not known at present.
    """

    UNKNOWN = auto()
    GIVEN = auto()
    USED = auto()
    EXPIRED = auto()
    WITHHELD = auto()
    REFUSED = auto()
    REUSED = auto()
    IN_DOUBT = auto()


class CreditAnswer(Struct, frozen=True, kw_only=True):
    """What became of a credit.

    Attributes:
        why: Why it was refused, as a code in capitals; "" otherwise.
        given_at: When it was given, in product time; None if it was not.
        expires_at: When it expires; None if never, or if it was not given.
        ended_at: When what was left went back to the house; None if nothing has.
    """

    state: CreditState
    why: str = ""
    given_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None


NOT_KNOWN: Final = CreditAnswer(state=CreditState.IN_DOUBT)


class JournalPage(Struct, frozen=True):
    """A part of the credits that were given on a day.

    Attributes:
        entries: By id.
        next: What the next page begins after; None on the last one.
    """

    entries: Sequence[Credit]
    next: str | None = None


class Credits(Protocol):
    """Where customers' credits are kept."""

    async def give(self, credit: Credit) -> CreditAnswer:
        """Give a credit, unless it has been given or withheld.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def ask(self, credit: Credit) -> CreditAnswer:
        """Return how a credit stands; this changes nothing.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def withhold(self, credit: Credit) -> CreditAnswer:
        """Never give a credit. If it has been given already, it stays, and the answer says so.

        Raises:
            ValueError: Something in it is out of its range.
        """
        ...

    async def journal(self, day: date, after: str = "") -> JournalPage | None:
        """Return the credits that were given on a day (UTC), by id; None if that cannot be known now."""
        ...


def check_credit(credit: Credit) -> None:
    """Refuse what no wallet can give.

    Raises:
        ValueError: Something is out of its range, or there is no such currency.
    """
    is_id = credit.id.isascii() and credit.id.isprintable() and 1 <= len(credit.id) <= MAX_ID_LENGTH
    if not is_id:
        raise ValueError(f"a credit's id must be 1 to {MAX_ID_LENGTH} printable characters of ASCII")
    check_owner(credit.owner)
    if not 1 <= credit.amount <= MAX_AMOUNT:
        raise ValueError(f"a credit's amount must be between 1 and {MAX_AMOUNT:,}")
    if credit.valid_days is not None and not 1 <= credit.valid_days <= MAX_VALID_DAYS:
        raise ValueError(f"a credit is valid for 1 to {MAX_VALID_DAYS:,} days")
    if credit.kind is CreditKind.CASH and (credit.valid_days, credit.product) != (None, None):
        raise ValueError("cash never expires, and pays stakes of all products")
    Currency(credit.currency)
