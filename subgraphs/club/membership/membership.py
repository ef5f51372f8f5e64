"""Membership: the fold of a customer's events. It lasts over weeks until the customer opts out."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter
from typing import Final

import msgspec

from subgraphs.club_kit.topics import MEMBERSHIP_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact

BY_VERSION: Final = attrgetter("version")


class MembershipKind(Enum):
    """What can happen to a membership."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    FORCED_OUT = "forced_out"


class Origin(Enum):
    """Where a change of membership comes from: the customer, an excluded account, another channel, or Kafka.

    READ_BACK: published by the club before its database was lost or restored.
    """

    CUSTOMER = "customer"
    ACCOUNT = "account"
    UPSTREAM = "upstream"
    READ_BACK = "read_back"


class MembershipEvent(msgspec.Struct, frozen=True, gc=False):
    """One change of a membership; `version` counts a customer's events from 1."""

    version: int
    kind: MembershipKind
    at: datetime


class MembershipState(msgspec.Struct, frozen=True, gc=False):
    """A membership at some moment.

    Attributes:
        since: When the current membership began; None if the customer is not a member.
        left_at: When the latest membership ended; None for a member, and before the first membership.
        first_opted_in_at: When the first membership began; it never changes again.
        version: The number of events so far; 0 before the first.
    """

    opted_in: bool = False
    since: datetime | None = None
    left_at: datetime | None = None
    first_opted_in_at: datetime | None = None
    version: int = 0


def fold(events: Sequence[MembershipEvent], until: datetime | None = None) -> MembershipState:
    """Return the membership after all events, or after those before `until`."""
    since: datetime | None = None
    left_at: datetime | None = None
    first_opted_in_at: datetime | None = None
    opted_in, version = False, 0
    for event in sorted(events, key=BY_VERSION):
        at = event.at
        if until is not None and at >= until:
            break
        version = event.version
        if event.kind is not MembershipKind.OPTED_IN:
            if opted_in:
                opted_in, since, left_at = False, None, at
        elif not opted_in:
            opted_in, since, left_at = True, at, None
            first_opted_in_at = first_opted_in_at or at
    return MembershipState(opted_in, since, left_at, first_opted_in_at, version)


def was_member(events: Sequence[MembershipEvent], start: datetime, end: datetime) -> bool:
    """Return whether the customer was a member at any moment of `[start, end)`."""
    joined = any(start < e.at < end and e.kind is MembershipKind.OPTED_IN for e in events)
    return joined or fold([e for e in events if e.at <= start]).opted_in


def membership_fact(owner: Owner, event: MembershipEvent, state: MembershipState) -> Fact:
    """Return the message about an event. It contains the whole membership, so the last message is enough.

    Args:
        owner: The customer.
        event: The event.
        state: The membership after it.
    """
    return Fact(
        topic=MEMBERSHIP_TOPIC,
        schema="club.membership/1",
        key=":".join(owner),
        identity=str(event.version),
        body={
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "version": event.version,
            "change": event.kind.value,
            "opted_in": state.opted_in,
            "since": _instant(state.since),
            "left_at": _instant(state.left_at),
            "first_opted_in_at": _instant(state.first_opted_in_at),
            "occurred_at": _instant(event.at),
        },
    )


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
