"""What is asked of credits at another process, and what is answered: signed HTTP, `POST /credits` with JSON.

Whoever is answered 429, 5xx or not at all repeats the same request.
"""

from datetime import date, datetime
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from subgraphs.kit.credits import Credit, CreditKind
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product

PATH: Final = "/credits"
AUDIENCE: Final = "credits"


class WrittenCredit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A credit as it is sent: every answer about it repeats these fields.

    Attributes:
        key: The credit's id.
    """

    key: str
    brand: str
    customer: str
    kind: CreditKind
    amount: int
    currency: str
    product: Product | None
    valid_days: int | None

    @classmethod
    def of(cls, credit: Credit) -> "WrittenCredit":
        """Return a credit as it is sent."""
        return cls(
            key=credit.id,
            brand=credit.owner.brand,
            customer=credit.owner.customer,
            kind=credit.kind,
            amount=credit.amount,
            currency=credit.currency,
            product=credit.product,
            valid_days=credit.valid_days,
        )

    @property
    def credit(self) -> Credit:
        """Return the credit that was sent."""
        return Credit(
            id=self.key,
            owner=Owner(self.brand, self.customer),
            currency=self.currency,
            amount=self.amount,
            kind=self.kind,
            product=self.product,
            valid_days=self.valid_days,
        )

    @property
    def fields(self) -> dict[str, Any]:
        """Return the fields as JSON has them."""
        return dict(msgspec.to_builtins(self))


class Give(Struct, frozen=True, tag="give", forbid_unknown_fields=True):
    """`Credits.give`."""

    credit: WrittenCredit


class Ask(Struct, frozen=True, tag="ask", forbid_unknown_fields=True):
    """`Credits.ask`."""

    credit: WrittenCredit


class Withhold(Struct, frozen=True, tag="withhold", forbid_unknown_fields=True):
    """`Credits.withhold`."""

    credit: WrittenCredit


class ReadJournal(Struct, frozen=True, tag="journal", forbid_unknown_fields=True):
    """`Credits.journal`."""

    day: date
    after: str = ""


CreditsRequest: TypeAlias = Give | Ask | Withhold | ReadJournal


class Standing(Struct, frozen=True, kw_only=True):
    """How a credit stands, beside the fields of the request.

    Attributes:
        status: Credited, used, expired or cancelled, in lower case.
        reference: Our own name for the credit.
        changed_at: When it was used up or expired; null if that is not known.
    """

    status: str
    reference: str | None = None
    credited_at: datetime | None = None
    expires_at: datetime | None = None
    changed_at: datetime | None = None
