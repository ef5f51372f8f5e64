"""The cases that wait for a person's decision, the decisions, and their outcomes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LateRevision:
    """A bet that would count differently if its newest revision had happened in time.

    Attributes:
        closed_at: When the bet's week closed.
        counted_minor: What the bet counts, in minor units.
        would_count_minor: What it would count.
        would_be: The name of the `ContributionReason` that it would have.
    """

    brand: str
    bet_id: str
    customer: str
    iso_week: str
    revision: int
    occurred_at: datetime
    closed_at: datetime
    counted_minor: int
    would_count_minor: int
    would_be: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides about a late revision.

    Attributes:
        revision: The revision that the person has seen; a newer one may have arrived in the meantime.
        by: Who decides.
        why: The reason in words, for later questions.
    """

    brand: str
    bet_id: str
    revision: int
    accepted: bool
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class DecisionOutcome:
    """The outcome of a decision.

    Attributes:
        late: The revision as listed in the queue.
        week_closed: Whether the week's qualifications are final, so that rewards may have been paid.
        status_before: Status of the customer's qualification before, such as `confirmed`; None if there was
            none.
        status_now: Its status now.
    """

    late: LateRevision
    week_closed: bool
    status_before: str | None
    status_now: str | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A bet, and the customers that messages name for it."""

    brand: str
    bet_id: str
    iso_week: str
    customers: tuple[str, ...]
