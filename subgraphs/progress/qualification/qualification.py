"""Decides whether a customer's week earns its reward, and builds the message about it.

    ──target reached by a member──▶ PROVISIONAL ──week closes──▶ CONFIRMED
                                       ▲    │                     ▲    │
                            reached    │    │ below               │    │ below, by a late void
                                       │    ▼                     │    ▼
                                      REVOKED                    REVOKED

A week whose target was never reached has no qualification. If the target is reached after the week has
closed, by bets that happened in time, the qualification is confirmed at once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from subgraphs.club_kit.topics import QUALIFICATION_TOPIC
from subgraphs.kit.records.outbox import Fact
from subgraphs.progress.counting.contribution import WeekKey

QUALIFICATION_SCHEMA: Final = "club.qualification/1"


class QualificationStatus(Enum):
    """Whether a qualification may still change, is final, or was revoked."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Qualification:
    """The last published qualification of a customer's week.

    Attributes:
        revision: Counts from 1.
        total_minor: The total at that moment, in minor units of `currency`.
        target_minor: The target, in the same units.
        jurisdiction: The customer's jurisdiction when the target was reached; None if it was not recorded.
        read_back: Whether it is known only from the topic, because the database was lost or restored.
    """

    revision: int
    status: QualificationStatus
    total_minor: int
    target_minor: int
    currency: str
    jurisdiction: str | None = None
    read_back: bool = False


@dataclass(frozen=True, slots=True)
class WeekResult:
    """The current result of a customer's week.

    Attributes:
        total_minor: The total of the bets that earn the reward, in minor units of `currency`.
        target_minor: The target, in the same units.
        member: Whether the customer takes part: as a member, or having opted out during the week.
        closed: Whether the week has closed for the customer's territory.
        jurisdiction: The jurisdiction whose scheme sets the target; None if unknown.
    """

    total_minor: int
    target_minor: int
    currency: str
    member: bool
    closed: bool
    jurisdiction: str | None = None

    @property
    def is_due(self) -> bool:
        """Return whether the reward is earned."""
        return self.member and self.total_minor >= self.target_minor


def next_qualification(published: Qualification | None, result: WeekResult) -> Qualification | None:
    """Return the qualification to publish next; None if nothing has changed."""
    status = _status(published, result)
    if published is not None and published.read_back and published.status is QualificationStatus.CONFIRMED:
        return None  # the reward is still due, and the week may not have closed in this database yet
    if status is None or (published is not None and published.status is status):
        return None
    revision = published.revision + 1 if published else 1
    return Qualification(
        revision, status, result.total_minor, result.target_minor, result.currency, result.jurisdiction
    )


def can_settle(published: Qualification, result: WeekResult) -> bool:
    """Return whether a qualification that was read back can be updated without a person's decision.

    A confirmed reward may have been paid. If the bets do not earn it, some may simply be older than the
    retention of the bets' topic, so a person has to decide.
    """
    return result.is_due or published.status is not QualificationStatus.CONFIRMED


def _status(published: Qualification | None, result: WeekResult) -> QualificationStatus | None:
    if result.is_due:
        return QualificationStatus.CONFIRMED if result.closed else QualificationStatus.PROVISIONAL
    return QualificationStatus.REVOKED if published else None


def qualification_fact(week: WeekKey, qualification: Qualification, at: datetime) -> Fact:
    """Return the message about a qualification. For each week, the highest revision is valid."""
    brand, customer, iso_week = week
    return Fact(
        topic=QUALIFICATION_TOPIC,
        schema=QUALIFICATION_SCHEMA,
        key=f"{brand}:{customer}",
        identity=f"{iso_week}:{qualification.revision}",
        body={
            "brand_id": brand,
            "customer_id": customer,
            "iso_week": iso_week,
            "revision": qualification.revision,
            "status": qualification.status.value,
            "total_minor": qualification.total_minor,
            "target_minor": qualification.target_minor,
            "currency": qualification.currency,
            "occurred_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    )
