"""What a provider is asked, and what its answers mean: the seam that adapters implement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from subgraphs.fulfilment.state.reward import Credit


class Verdict(Enum):
    """What came of a call.

    Attributes:
        CREDITED: the reward is with the customer.
        USED: so it was, and has been used.
        EXPIRED: so it was, and can no longer be used.
        PENDING: the provider works on it.
        REFUSED: nothing was credited under the key, and will not be.
        CANCELLED: the same, because it was asked to be so.
        ABSENT: the provider knows nothing of the key.
        CONFLICT: the key stands for another credit.
        MISMATCH: something else was credited than was asked for.
        DENIED: our credentials do not hold; nothing was done.
        UNKNOWN: nobody can say what was done.
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


PAID = frozenset({Verdict.CREDITED, Verdict.USED, Verdict.EXPIRED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said.

    Attributes:
        reference: the provider's own name for the credit.
        ended_at: when it was used, or expired.
        code: why it was refused, or what does not match; for a person.
    """

    verdict: Verdict
    reference: str | None = None
    credited_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A credit in a provider's own books.

    Attributes:
        value_minor: None where it has no amount.
    """

    key: str
    brand: str
    customer: str
    kind: str
    value_minor: int | None
    spins: int | None
    currency: str


class JournalUnavailable(Exception):
    """A provider's books could not be read."""


class Provider(Protocol):
    """Pays rewards out. All calls may be repeated: under one key there is at most one credit."""

    async def credit(self, credit: Credit) -> Answer:
        """Asks for a credit."""

    async def inquire(self, credit: Credit) -> Answer:
        """Asks what became of a key; changes nothing."""

    async def cancel(self, credit: Credit) -> Answer:
        """Asks that a key be never credited. CANCELLED, or the credit that had happened already."""

    async def journal(self, day: date) -> Sequence[JournalEntry]:
        """All credits of a day (UTC).

        Raises:
            JournalUnavailable: it cannot be read.
        """

    async def close(self) -> None:
        """Closes the connections."""
