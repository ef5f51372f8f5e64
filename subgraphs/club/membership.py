"""Membership: the fold of a customer's events. It is standing: it lasts over weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class MembershipKind(Enum):
    """What can happen to a membership."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    FORCED_OUT = "forced_out"


@dataclass(frozen=True, slots=True)
class MembershipEvent:
    """One change of a membership; `version` counts a customer's events from 1."""

    version: int
    kind: MembershipKind
    at: datetime


@dataclass(frozen=True, slots=True)
class MembershipState:
    """A membership at some moment.

    Attributes:
        since: when the present membership began; None for somebody who is not a member.
        left_at: when the latest membership ended; None for a member, and before the first.
        version: the number of events so far; 0 before the first.
    """

    opted_in: bool = False
    since: datetime | None = None
    left_at: datetime | None = None
    version: int = 0


def fold(events: Sequence[MembershipEvent], until: datetime | None = None) -> MembershipState:
    """The membership after its events, or after those before `until`."""
    state = MembershipState()
    for event in sorted(events, key=lambda e: e.version):
        if until is not None and event.at >= until:
            break
        state = _after(state, event)
    return state


def was_member(events: Sequence[MembershipEvent], start: datetime, end: datetime) -> bool:
    """Whether the customer was a member at any moment of `[start, end)`."""
    joined = any(start < e.at < end and e.kind is MembershipKind.OPTED_IN for e in events)
    return joined or fold([e for e in events if e.at <= start]).opted_in


def _after(state: MembershipState, event: MembershipEvent) -> MembershipState:
    if event.kind is MembershipKind.OPTED_IN:
        since = state.since if state.opted_in else event.at
        return MembershipState(opted_in=True, since=since, version=event.version)
    left_at = event.at if state.opted_in else state.left_at
    return MembershipState(left_at=left_at, version=event.version)
