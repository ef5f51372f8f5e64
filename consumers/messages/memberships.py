"""The club's messages about a customer: the membership at a version, and the draw for a control group."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.accounts import CustomerErased, decode_erasure
from consumers.messages.fields import (
    Currency,
    Instant,
    Jurisdiction,
    Ordinal,
    PlatformId,
    RewardId,
    require_utc,
)
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.club_kit.domain.control_groups import DRAWS, MAX_CONTROL_PER_MILLE


class MembershipChanged(Body, frozen=True, kw_only=True):
    """A customer opted in or out: the whole membership, at a version."""

    customer_id: PlatformId
    version: Ordinal
    change: Literal["opted_in", "opted_out", "forced_out"]
    opted_in: bool
    since: Instant | None
    left_at: Instant | None
    first_opted_in_at: Instant | None
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(since=self.since, left_at=self.left_at)
        require_utc(first_opted_in_at=self.first_opted_in_at, occurred_at=self.occurred_at)
        if self.opted_in and self.first_opted_in_at is None:
            raise ValueError("a member needs a `first_opted_in_at`")

    def row(self) -> dict[str, Any]:
        """Return the columns of the membership table."""
        row = super().row()
        del row["change"]
        return row


_MEMBERSHIPS: Final = Reader(
    "club.membership",
    msgspec.json.Decoder(MembershipChanged),
    lambda membership: f"{membership.brand_id}:{membership.customer_id}",
)


def decode_membership_or_erasure(record: Record) -> MembershipChanged | CustomerErased:
    """Return the membership in a record; a null value means that the customer was erased.

    Raises:
        Poison: The record is neither.
    """
    return decode_membership(record) if record.value is not None else decode_erasure(record)


def decode_membership(record: Record) -> MembershipChanged:
    """Return the membership in a record.

    Raises:
        Poison: The record is not a membership message.
    """
    return _MEMBERSHIPS.read(record)


class TrialDrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A customer was drawn for or against a trial's reward."""

    reward_id: RewardId
    draw: Annotated[int, Meta(ge=0, lt=DRAWS)]
    per_mille: Annotated[int, Meta(ge=1, lt=DRAWS)]
    at: Instant

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(at=self.at)


class ControlDrawn(Body, frozen=True, kw_only=True):
    """A customer was drawn for or against a scheme's control group, its trial, or both.

    Attributes:
        control_per_mille: 0 if the customer was only drawn for or against the trial.
        trial: None before there was a trial.
    """

    customer_id: PlatformId
    jurisdiction: Jurisdiction
    currency: Currency
    draw: Annotated[int, Meta(ge=0, lt=DRAWS)]
    control_per_mille: Annotated[int, Meta(ge=0, le=MAX_CONTROL_PER_MILLE)]
    occurred_at: Instant
    trial: TrialDrawn | None = None

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(occurred_at=self.occurred_at)


_CONTROL_DRAWS: Final = Reader(
    "club.control",
    msgspec.json.Decoder(ControlDrawn),
    lambda drawn: f"{drawn.brand_id}:{drawn.customer_id}",
)


def decode_control_draw_or_erasure(record: Record) -> ControlDrawn | CustomerErased:
    """Return the draw in a record; a null value means that the customer was erased.

    Raises:
        Poison: The record is neither.
    """
    return decode_control_draw(record) if record.value is not None else decode_erasure(record)


def decode_control_draw(record: Record) -> ControlDrawn:
    """Return the draw in a record.

    Raises:
        Poison: The record is not a message about a draw.
    """
    return _CONTROL_DRAWS.read(record)
