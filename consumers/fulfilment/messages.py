"""The messages that only fulfilment reads: goodwill credits, and its own outcomes after a loss."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.customer_weeks import ChosenReward
from consumers.messages.fields import CustomerId, Instant, IsoWeek, Ordinal, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from foundation.same_fields import with_fields_of
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import club_columns
from subgraphs.fulfilment.goodwill import GoodwillCredit
from subgraphs.fulfilment.state.outcomes import PublishedOutcome
from subgraphs.fulfilment.state.reward import Reward
from subgraphs.fulfilment.state.state_machine import FulfilmentState

ClubStateName = Literal["CONFIRMED", "FULFILLING", "CREDITED", "USED", "EXPIRED", "INELIGIBLE", "MISSED"]
FulfilmentStatus = Literal["WAITING", "SENT", "CREDITED", "REVIEW", "USED", "EXPIRED"]
_Word = Annotated[str, Meta(max_length=64)]
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
    reason: _Word | None = None
    flag: _Word | None = None
    credited_at: Instant | None = None
    expires_at: Instant | None = None
    reference: Annotated[str, Meta(max_length=128)] | None = None
    occurred_at: Instant
    fulfilment_status: FulfilmentStatus | None = None
    fulfilment_state: FulfilmentState | None = None
    provider: _Word | None = None
    sent_at: Instant | None = None
    reward: ChosenReward | None = None

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at, sent_at=self.sent_at)
        require_utc(credited_at=self.credited_at, expires_at=self.expires_at)

    def outcome(self) -> PublishedOutcome:
        """Return the outcome in the subgraph's form."""
        return with_fields_of(
            PublishedOutcome,
            self,
            club=ClubKey(self.brand_id, self.iso_week, self.customer_id),
            state=self.fulfilment_state or self._state_before_details(),
            reward=Reward(**msgspec.structs.asdict(self.reward)) if self.reward else None,
        )

    def _state_before_details(self) -> FulfilmentState:
        if self.state == "FULFILLING" and self.fulfilment_status == "REVIEW":
            return FulfilmentState.REVIEW
        return STATES[self.state]


class GoodwillDecided(Body, frozen=True, kw_only=True):
    """Two people of the back office decided to give a reward to a customer."""

    customer_id: CustomerId
    credit_id: Annotated[str, Meta(min_length=1, max_length=64)]
    iso_week: IsoWeek
    reward: ChosenReward
    cause: Annotated[str, Meta(pattern=r"\A[A-Z_]{1,32}\Z")]
    explanation: Annotated[str, Meta(min_length=1, max_length=500)]
    proposed_by: Annotated[str, Meta(min_length=1, max_length=200)]
    approved_by: Annotated[str, Meta(min_length=1, max_length=200)]
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)
        if not self.reward.value_minor:
            raise ValueError("a goodwill credit has a value in money, which its budget is made of")

    def credit(self) -> GoodwillCredit:
        """Return the credit in the subgraph's form."""
        return with_fields_of(
            GoodwillCredit,
            self,
            club=ClubKey(self.brand_id, self.iso_week, self.customer_id),
            reward=Reward(**msgspec.structs.asdict(self.reward)),
        )

    def row(self) -> dict[str, Any]:
        """Return the columns that never change, for comparison with a stored credit."""
        credit = self.credit()
        fixed = {**club_columns(credit.club), "key": credit.key, "created_at": self.decided_at}
        return fixed | Reward.columns(credit.reward) | dict(credit.decision())


_GOODWILL: Final = Reader(
    "club.goodwill",
    msgspec.json.Decoder(GoodwillDecided),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)
_PUBLISHED: Final = Reader(
    "club.outcomes",
    msgspec.json.Decoder(PublishedMessage),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)


def decode_goodwill(record: Record) -> GoodwillDecided:
    """Return the decided credit in a record.

    Raises:
        Poison: The record is not a goodwill message.
    """
    return _GOODWILL.read(record)


def decode_published(record: Record) -> PublishedMessage:
    """Return the outcome in a record.

    Raises:
        Poison: The record is not an outcomes message.
    """
    return _PUBLISHED.read(record)
