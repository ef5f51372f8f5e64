"""The qualification message: whether a customer has earned the reward of a week."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Currency, CustomerId, Instant, IsoWeek, Money, Ordinal, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record

QUALIFICATION_TOPIC: Final = "club.qualification.v1"

Total = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class QualificationChanged(Body, frozen=True, kw_only=True):
    """A customer's qualification for a week, at a revision."""

    customer_id: CustomerId
    iso_week: IsoWeek
    revision: Ordinal
    status: Literal["provisional", "confirmed", "revoked"]
    total_minor: Total
    target_minor: Money
    currency: Currency
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)


_QUALIFICATIONS: Final = Reader(
    "club.qualification",
    msgspec.json.Decoder(QualificationChanged),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)


def decode_qualification(record: Record) -> QualificationChanged:
    """Return the qualification in a record.

    Raises:
        Poison: The record is not a qualification message.
    """
    return _QUALIFICATIONS.read(record)
