"""What the shapes of the three subgraphs share: an enum, amounts, a context."""

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
    """An amount of pounds."""
    return Money(minor=minor, currency="GBP", display=f"£{minor / 100:.2f}")


class Memory:
    """A context whose loads have nothing to wait for."""

    async def load(self, key: str) -> str:
        """The key itself."""
        return key
