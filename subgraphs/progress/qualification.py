"""Whether a reward is due for a customer's week, and what other subgraphs are told of it.

    ──target reached by a member──▶ PROVISIONAL ──week closes──▶ CONFIRMED
                                       ▲    │                     ▲    │
                            reached    │    │ below               │    │ below, by a late void
                                       │    ▼                     │    ▼
                                      REVOKED                    REVOKED

Nothing is said of a week whose target was never reached. What is reached after the week was closed, by bets
that came about in time, is confirmed at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, NamedTuple

from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.records.outbox import Fact
from subgraphs.progress.entries import WeekKey

QUALIFICATION_TOPIC: Final = "club.qualification.v1"
QUALIFICATION_SCHEMA: Final = "club.qualification/1"


class QualificationStatus(Enum):
    """What is said of a week: that it may still change, that it is final, or that it was taken back."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Qualification:
    """What was last said of a customer's week.

    Attributes:
        revision: counted from 1.
        jurisdiction: in which the target was reached; None where that was not recorded.
        read_back: whether it is known only from what was told before the database was lost or restored.
    """

    revision: int
    status: QualificationStatus
    total_minor: int
    target_minor: int
    currency: str
    jurisdiction: str | None = None
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """What a customer's week comes to at present.

    Attributes:
        total_minor: of the bets that earn the reward, in minor units of `currency`.
        jurisdiction: whose scheme gives the target; None where that is not known.
        member: whether it counts for the club: of a member, or of somebody who left during the week.
        closed: whether the week is closed for customers like this one.
    """

    total_minor: int
    target_minor: int
    currency: str
    member: bool
    closed: bool
    jurisdiction: str | None = None

    @property
    def is_due(self) -> bool:
        """Whether the reward is earned."""
        return self.member and self.total_minor >= self.target_minor


class MembershipChange(NamedTuple):
    """A customer joined or left."""

    version: int
    opted_in: bool
    at: datetime


class WeekMembership(NamedTuple):
    """What a customer was in a week.

    Attributes:
        member: at its end so far.
        left_at: when somebody left during it who is no member at its end.
    """

    member: bool
    left_at: datetime | None


NO_PART: Final = WeekMembership(member=False, left_at=None)


def membership_in(changes: Sequence[MembershipChange], week: Week) -> WeekMembership:
    """What a customer was in a week: what happens after its end changes nothing.

    The topic of memberships is compacted, so changes before the first one here may be missing: who leaves
    was a member until then.
    """
    ordered = sorted(changes)
    during = [change for change in ordered if change.at < week.ends_at]
    if not during:
        return WeekMembership(bool(ordered) and not ordered[0].opted_in, None)
    last = during[-1]
    if last.opted_in:
        return WeekMembership(member=True, left_at=None)
    return WeekMembership(member=False, left_at=last.at if last.at >= week.starts_at else None)


def following(said: Qualification | None, reached: Reached) -> Qualification | None:
    """What is to be said next of a week; None where nothing new is."""
    status = _status(said, reached)
    if said is not None and said.read_back and said.status is QualificationStatus.CONFIRMED:
        return None  # it is due still, and the week may not be closed here yet
    if status is None or (said is not None and said.status is status):
        return None
    revision = said.revision + 1 if said else 1
    return Qualification(
        revision, status, reached.total_minor, reached.target_minor, reached.currency, reached.jurisdiction
    )


def can_settle(said: Qualification, reached: Reached) -> bool:
    """Tell whether a qualification that was read back can be judged again by itself.

    A confirmed reward may have been paid. If its bets do not earn it, they may simply be older than what the
    topic of bets still holds: that is for a person to decide.
    """
    return reached.is_due or said.status is not QualificationStatus.CONFIRMED


def _status(said: Qualification | None, reached: Reached) -> QualificationStatus | None:
    if reached.is_due:
        return QualificationStatus.CONFIRMED if reached.closed else QualificationStatus.PROVISIONAL
    return QualificationStatus.REVOKED if said else None


def qualification_fact(week: WeekKey, said: Qualification, at: datetime) -> Fact:
    """What other subgraphs are told; of one week the highest revision holds."""
    brand, customer, iso_week = week
    return Fact(
        topic=QUALIFICATION_TOPIC,
        schema=QUALIFICATION_SCHEMA,
        key=f"{brand}:{customer}",
        identity=f"{iso_week}:{said.revision}",
        body={
            "brand_id": brand,
            "customer_id": customer,
            "iso_week": iso_week,
            "revision": said.revision,
            "status": said.status.value,
            "total_minor": said.total_minor,
            "target_minor": said.target_minor,
            "currency": said.currency,
            "occurred_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    )
