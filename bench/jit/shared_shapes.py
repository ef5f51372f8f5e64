"""Types that the three subgraphs' operations share: an enum, amounts, a context."""

from datetime import UTC, datetime
from enum import Enum

import strawberry

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)


@strawberry.enum
class State(Enum):
    """A state."""

    OPEN = "open"
    CLOSED = "closed"


@strawberry.federation.type(shareable=True)
class Money:
    """An amount."""

    minor: int
    currency: str
    display: str


def pounds(minor: int) -> Money:
    """Return an amount of pounds."""
    return Money(minor=minor, currency="GBP", display=f"£{minor / 100:.2f}")


class Memory:
    """A context whose loads complete immediately."""

    async def load(self, key: str) -> str:
        """Return the key itself."""
        return key
