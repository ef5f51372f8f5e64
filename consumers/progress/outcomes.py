"""The outcomes message: what became of the reward of a customer's week."""

from typing import Any, Final, Literal

import msgspec

from consumers.reference.fields import CustomerId, Instant, IsoWeek, Ordinal, require_utc
from consumers.reference.reading import Body, Reader
from consumers.stream.records import Record

OUTCOMES_TOPIC: Final = "club.outcomes.v1"


class OutcomeChanged(Body, frozen=True, kw_only=True):
    """Where a customer's reward stands, at a revision; of the rest of the message progress has no need."""

    customer_id: CustomerId
    iso_week: IsoWeek
    revision: Ordinal
    state: Literal["CONFIRMED", "FULFILLING", "CREDITED", "USED", "EXPIRED", "INELIGIBLE", "MISSED"]
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Refuses what cannot be meant."""
        require_utc(occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """With the columns of the outcome table."""
        row = msgspec.structs.asdict(self)
        del row["schema"], row["event_id"], row["occurred_at"]
        return row


_OUTCOMES: Final = Reader(
    "club.outcomes",
    msgspec.json.Decoder(OutcomeChanged),
    lambda told: f"{told.brand_id}:{told.customer_id}",
)


def decode_outcome(record: Record) -> OutcomeChanged:
    """The outcome in a record.

    Raises:
        Poison: it is not an outcomes message.
    """
    return _OUTCOMES.read(record)
