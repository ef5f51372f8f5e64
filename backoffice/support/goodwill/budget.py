"""A goodwill budget and its use, as values."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

EVERY_WEEK: Final = ""
MAX_MINOR: Final = 2**31 - 1


class ReservationStatus(Enum):
    """What a credit takes from its budget.

    RESERVED: proposed. APPROVED: to be paid, and maybe paid. PAID: credited. RELEASED: nothing, because it
    was rejected, withdrawn or stopped for good before it was paid.
    """

    RESERVED = "reserved"
    APPROVED = "approved"
    PAID = "paid"
    RELEASED = "released"


class GoodwillBudgetKey(NamedTuple):
    """Whose budget: an empty week stands for every week without a budget of its own."""

    brand: str
    currency: str
    iso_week: str


class GoodwillLimits(NamedTuple):
    """What may be given in a week, in minor units: in all, to one customer, and by one person of support."""

    amount_minor: int
    customer_minor: int
    agent_minor: int

    def raises(self, before: "GoodwillLimits") -> bool:
        """Return whether more could be given than before."""
        return any(now > then for now, then in zip(self, before, strict=True))


NOTHING: Final = GoodwillLimits(0, 0, 0)


@dataclass(frozen=True, slots=True)
class GoodwillBudget:
    """A budget that was set.

    Attributes:
        raised_by: The persons who last raised it, one proposing and one approving: they do not spend it.
    """

    key: GoodwillBudgetKey
    limits: GoodwillLimits
    raised_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reservation:
    """What one credit takes from a week's budget.

    Attributes:
        proposal_id: Of the credit, which has the same id.
        agent: The person who proposed it.
    """

    proposal_id: str
    key: GoodwillBudgetKey
    customer: str
    agent: str
    amount_minor: int
    status: ReservationStatus


@dataclass(frozen=True, slots=True)
class WeekUse:
    """A week's budget and what its credits take from it.

    Attributes:
        budget: In force for the week; None if none was set.
        held: The reservations that take something.
    """

    week: GoodwillBudgetKey
    budget: GoodwillBudget | None
    held: tuple[Reservation, ...]

    @property
    def limits(self) -> GoodwillLimits:
        """Return the limits in force."""
        return self.budget.limits if self.budget else NOTHING

    def taken(self, status: ReservationStatus | None = None) -> int:
        """Return what is taken, in all or by one status."""
        return _sum(credit for credit in self.held if status in {None, credit.status})

    @property
    def left(self) -> int:
        """Return what can still be given; negative if the budget was lowered below what is taken."""
        return self.limits.amount_minor - self.taken()

    def left_for(self, customer: str, agent: str) -> int:
        """Return what one person can still give to one customer."""
        to_customer = _sum(credit for credit in self.held if credit.customer == customer)
        by_agent = _sum(credit for credit in self.held if credit.agent == agent)
        return min(self.left, self.limits.customer_minor - to_customer, self.limits.agent_minor - by_agent)


def _sum(reservations: Iterable[Reservation]) -> int:
    return sum(reservation.amount_minor for reservation in reservations)
