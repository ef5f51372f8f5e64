"""The interface of providers, which adapters implement, and the meaning of their answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Protocol

from subgraphs.fulfilment.state.reward import Credit


class CreditOutcome(Enum):
    """The state of a credit, according to the provider.

    Attributes:
        CREDITED: The customer has the reward.
        USED: It was credited, and has been used.
        EXPIRED: It was credited, and can no longer be used.
        PENDING: The provider has accepted it and is still working on it.
        REFUSED: Nothing was credited under the key, and nothing will be.
        CANCELLED: Nothing was credited under the key, and nothing will be, because we asked for that.
        ABSENT: The provider does not know the key.
        CONFLICT: The key stands for another credit.
        MISMATCH: The provider credited something other than we asked for.
        DENIED: The provider does not accept our credentials; nothing was done.
        UNKNOWN: The answer does not say what was done, or there was none.
    """

    CREDITED = "credited"
    USED = "used"
    EXPIRED = "expired"
    PENDING = "pending"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    ABSENT = "absent"
    CONFLICT = "conflict"
    MISMATCH = "mismatch"
    DENIED = "denied"
    UNKNOWN = "unknown"


PAID_OUTCOMES = frozenset({CreditOutcome.CREDITED, CreditOutcome.USED, CreditOutcome.EXPIRED})


@dataclass(frozen=True, slots=True)
class CreditResult:
    """A provider's answer about a credit.

    Attributes:
        reference: The provider's own name for the credit.
        ended_at: When it was used, or expired.
        code: Why it was refused, or which fields do not match; for a person.
        wait: How long the provider asks not to be called again; None if it does not.
    """

    outcome: CreditOutcome
    reference: str | None = None
    credited_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    code: str | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A credit in a provider's own books.

    Attributes:
        kinds: The kinds of reward that it may be: some providers distinguish fewer kinds than the club.
        value_minor: The amount in minor units; None if the credit has no amount.
    """

    key: str
    brand: str
    customer: str
    kinds: tuple[str, ...]
    value_minor: int | None
    spins: int | None
    currency: str


class Provider(Protocol):
    """Credits rewards. Every call may be repeated: there is at most one credit under a key."""

    async def credit(self, credit: Credit) -> CreditResult:
        """Ask for a credit."""

    async def inquire(self, credit: Credit) -> CreditResult:
        """Ask for the state of a credit; this changes nothing."""

    async def cancel(self, credit: Credit) -> CreditResult:
        """Ask that a credit never happen; the result is CANCELLED, or the credit if it has happened."""

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """Return all credits of a day (UTC).

        Raises:
            subgraphs.fulfilment.errors.JournalUnavailable: The journal cannot be read.
        """

    async def close(self) -> None:
        """Close the connections."""
