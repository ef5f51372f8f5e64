"""The messages that only fulfilment reads: its own outcomes, after its database was lost or restored."""

from typing import Final, Literal

import msgspec

from consumers.messages.choices import ChosenReward
from consumers.messages.fields import CustomerId, Instant, IsoWeek, Ordinal, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.fulfilment.state.published_outcome import PublishedOutcome
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import ClubKey

ClubStateName = Literal["CONFIRMED", "FULFILLING", "CREDITED", "USED", "EXPIRED", "INELIGIBLE", "MISSED"]
STATES: Final = {
    "CONFIRMED": FulfilmentState.CONFIRMED,
    "FULFILLING": FulfilmentState.FULFILLING,
    "CREDITED": FulfilmentState.CREDITED,
    "USED": FulfilmentState.USED,
    "EXPIRED": FulfilmentState.EXPIRED,
    "INELIGIBLE": FulfilmentState.INELIGIBLE,
    "MISSED": FulfilmentState.REVOKED,
}
"""For messages of older versions, which only have the club's state."""


class PublishedMessage(Body, frozen=True, kw_only=True):
    """The state of a reward when it was published."""

    customer_id: CustomerId
    iso_week: IsoWeek
    revision: Ordinal
    state: ClubStateName
    reason: str | None = None
    flag: str | None = None
    credited_at: Instant | None = None
    expires_at: Instant | None = None
    reference: str | None = None
    occurred_at: Instant
    fulfilment_status: str | None = None
    fulfilment_state: FulfilmentState | None = None
    provider: str | None = None
    sent_at: Instant | None = None
    reward: ChosenReward | None = None

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def outcome(self) -> PublishedOutcome:
        """Return the outcome in the subgraph's form."""
        return PublishedOutcome(
            club=ClubKey(self.brand_id, self.iso_week, self.customer_id),
            revision=self.revision,
            state=self.fulfilment_state or self._state_before_details(),
            provider=self.provider,
            reward=Reward(**msgspec.structs.asdict(self.reward)) if self.reward else None,
            sent_at=self.sent_at,
            credited_at=self.credited_at,
            expires_at=self.expires_at,
            reference=self.reference,
            reason=self.reason,
            flag=self.flag,
            occurred_at=self.occurred_at,
        )

    def _state_before_details(self) -> FulfilmentState:
        if self.state == "FULFILLING" and self.fulfilment_status == "REVIEW":
            return FulfilmentState.REVIEW
        return STATES[self.state]


_PUBLISHED: Final = Reader(
    "club.outcomes",
    msgspec.json.Decoder(PublishedMessage),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)


def decode_published(record: Record) -> PublishedMessage:
    """Return the outcome in a record.

    Raises:
        Poison: The record is not an outcomes message.
    """
    return _PUBLISHED.read(record)
