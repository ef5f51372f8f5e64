"""The bet-slip's operation on `rewards`, with types shaped like the subgraph's."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Info

from bench.jit.case import NOW, Money, State, pounds


@strawberry.type
class RewardOption:
    """A reward, each field by a resolver as in the subgraph."""

    at: strawberry.Private[int]

    @strawberry.field
    def id(self) -> ID:
        """The id."""
        return ID(f"northbet:fb-{self.at}:1")

    @strawberry.field
    def kind(self) -> State:
        """The kind."""
        return State.OPEN

    @strawberry.field
    def product(self) -> State:
        """The product."""
        return State.CLOSED

    @strawberry.field
    def value(self) -> Money | None:
        """The value."""
        return pounds(500)

    @strawberry.field
    def spins(self) -> int | None:
        """No spins."""
        return None

    @strawberry.field
    def title(self) -> str:
        """The title."""
        return "Free bet"

    @strawberry.field
    def summary(self) -> str:
        """The summary."""
        return "A reward."

    @strawberry.field
    def image_url(self) -> str | None:
        """No picture."""
        return None

    @strawberry.field
    def significant_terms(self) -> str:
        """The terms."""
        return "18+. Use within 7 days."

    @strawberry.field
    def terms_url(self) -> str:
        """The full terms."""
        return "https://northbet.example/terms/reward"

    @strawberry.field
    def expires_in_days(self) -> int:
        """A week."""
        return 7

    @strawberry.field
    def available(self) -> bool:
        """It is."""
        return True

    @strawberry.field
    def unavailable_reason(self) -> State | None:
        """None."""
        return None


@strawberry.type
class Choice:
    """The choice."""

    option: RewardOption
    version: int
    locked: bool
    locks_at: datetime
    is_default: bool
    notice: State | None
    pending: bool


@strawberry.federation.type(keys=["id"], name="Club")
class RewardsClub:
    """The part of a club that `rewards` serves."""

    id: ID

    @strawberry.field
    async def options(self, info: Info[Any, Any]) -> list[RewardOption] | None:
        """Six options."""
        await info.context.load(self.id)
        return [RewardOption(at=at) for at in range(6)]

    @strawberry.field
    async def choice(self, info: Info[Any, Any]) -> Choice | None:
        """The choice."""
        await info.context.load(self.id)
        return Choice(
            option=RewardOption(at=1),
            version=1,
            locked=False,
            locks_at=NOW,
            is_default=False,
            notice=None,
            pending=False,
        )

    @classmethod
    def resolve_reference(cls, info: Info[Any, Any], **representation: Any) -> "RewardsClub":
        """Return the club that is referred to."""
        del info
        return cls(id=ID(representation["id"]))


REWARDS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  options { id kind product value { minor currency display } spins title summary imageUrl significantTerms
    termsUrl expiresInDays available unavailableReason }
  choice { version locked locksAt isDefault notice pending option { id title } }
} } }"""
