"""The bet-slip's operation on `club`, with types shaped like the subgraph's."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Info

from bench.jit.case import NOW, State


@strawberry.type
class Week:
    """A week."""

    id: ID
    iso_week: str
    ends_at: datetime
    state: State


@strawberry.type
class Terms:
    """Terms."""

    version: str
    url: str


@strawberry.type
class Membership:
    """A membership."""

    opted_in: bool
    pending: bool
    version: int
    can_opt_in: bool
    blocked_reason: State | None


@strawberry.federation.type(keys=["id"])
class Club:
    """The part of a club that `club` serves."""

    view: strawberry.Private[str]

    @strawberry.field
    def id(self) -> ID:
        """The id."""
        return ID(self.view)

    @strawberry.field
    def week(self) -> Week:
        """The week."""
        return Week(id=ID("northbet:2026-W13"), iso_week="2026-W13", ends_at=NOW, state=State.OPEN)

    @strawberry.field
    def terms(self) -> Terms:
        """The terms."""
        return Terms(version="2026-1", url="https://northbet.example/terms")

    @strawberry.field
    async def membership(self, info: Info[Any, Any]) -> Membership:
        """The membership."""
        _, version = await info.context.load(self.view), 3
        return Membership(
            opted_in=True, pending=False, version=version, can_opt_in=False, blocked_reason=None
        )

    @strawberry.field
    def ineligible_reason(self) -> State | None:
        """None here."""
        return None

    @strawberry.field
    def jurisdiction(self) -> str:
        """Great Britain."""
        return "GB"

    @strawberry.field
    def currency(self) -> str:
        """Pounds."""
        return "GBP"


@strawberry.type
class ClubQuery:
    """The club's entry point."""

    @strawberry.field
    async def club(self, info: Info[Any, Any], brand: ID) -> Club | None:
        """The club."""
        return Club(view=await info.context.load(brand))


CLUB = """query ($brand: ID!) { club(brand: $brand) {
  id week { id isoWeek endsAt state } terms { version url } jurisdiction currency ineligibleReason
  membership { optedIn pending version canOptIn blockedReason }
} }"""
