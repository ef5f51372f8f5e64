"""The messages about a customer's week: the reward that was chosen, and whether it was earned."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import (
    Count,
    Currency,
    CustomerId,
    Instant,
    IsoWeek,
    Money,
    Ordinal,
    Product,
    RewardId,
    require_utc,
)
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind


class ChosenReward(msgspec.Struct, frozen=True, kw_only=True):
    """A reward at a version of its terms."""

    reward_id: RewardId
    config_version: Ordinal
    kind: RewardKind
    product: Product
    value_minor: Money | None
    spins: Ordinal | None
    currency: Currency
    expiry_days: Ordinal
    wagering_multiple: Count

    def __post_init__(self) -> None:
        """Refuse a reward without an amount."""
        if not self.kind.rules.amount.is_known(self.value_minor, self.spins):
            raise ValueError(f"a {self.kind} without an amount")


class ChoiceChanged(Body, frozen=True, kw_only=True):
    """The reward of a customer's week, at a revision."""

    customer_id: CustomerId
    iso_week: IsoWeek
    revision: Ordinal
    final: bool
    source: Literal["chosen", "default", "replacement"]
    reward: ChosenReward | None
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def row(self) -> dict[str, Any]:
        """Return the columns of the choice table."""
        row = super().row()
        del row["reward"]
        reward = (
            msgspec.structs.asdict(self.reward)
            if self.reward
            else dict.fromkeys(ChosenReward.__struct_fields__)
        )
        return row | reward


_CHOICES: Final = Reader(
    "club.choice",
    msgspec.json.Decoder(ChoiceChanged),
    lambda body: f"{body.brand_id}:{body.customer_id}",
)


def decode_choice(record: Record) -> ChoiceChanged:
    """Return the choice in a record.

    Raises:
        Poison: The record is not a choice message.
    """
    return _CHOICES.read(record)


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
