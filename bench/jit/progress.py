"""The bet-slip's operation on `progress`, with types shaped like the subgraph's."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Info

from bench.jit.case import NOW, Money, State, pounds


@strawberry.type
class Progress:
    """The progress."""

    total: strawberry.Private[int]

    @strawberry.field
    def staked(self) -> Money:
        """What counted."""
        return pounds(self.total)

    @strawberry.field
    def target(self) -> Money:
        """The target."""
        return pounds(2500)

    @strawberry.field
    def remaining(self) -> Money:
        """What is missing."""
        return pounds(2500 - self.total)

    @strawberry.field
    def percent(self) -> int:
        """The share."""
        return self.total * 100 // 2500

    @strawberry.field
    def qualified(self) -> bool:
        """Whether it is reached."""
        return self.total >= 2500  # noqa: PLR2004 - the target

    @strawberry.field
    def counted_bets(self) -> int:
        """How many."""
        return 4

    @strawberry.field
    def as_of(self) -> datetime | None:
        """When."""
        return NOW


@strawberry.federation.type(keys=["id"], name="Club")
class ProgressClub:
    """The part of a club that `progress` serves."""

    id: ID

    @strawberry.field
    async def progress(self, info: Info[Any, Any]) -> Progress | None:
        """The progress."""
        await info.context.load(self.id)
        return Progress(total=1200)

    @strawberry.field
    async def state(self, info: Info[Any, Any]) -> State | None:
        """The state."""
        await info.context.load(self.id)
        return State.OPEN

    @classmethod
    def resolve_reference(cls, info: Info[Any, Any], **representation: Any) -> "ProgressClub":
        """Return the club that is referred to."""
        del info
        return cls(id=ID(representation["id"]))


PROGRESS = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club {
  state
  progress { staked { minor currency display } target { minor currency display }
    remaining { minor currency display } percent qualified countedBets asOf }
} } }"""
