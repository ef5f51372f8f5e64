"""Cases that wait for a person, in operations' part of the graph."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, page_of, page_size, read_cursor, time_key, time_of
from backoffice.operations.area import OperationsArea
from backoffice.operations.cases import HeldReward, LateBet


@strawberry.type(description="How many cases of a brand wait for a person.")
class WaitingCases:
    """How many cases wait."""

    late_bets: int = strawberry.field(
        description="Bets that would count differently if their last change had come in time."
    )
    held_rewards: int = strawberry.field(description="Rewards in review, or being cancelled at a provider.")


@strawberry.type(description="A bet that would count differently if its last change had come in time.")
class LateBetInfo:
    """A late bet."""

    id: ID
    brand: str
    bet: str
    customer: str
    iso_week: str
    revision: float
    counted_minor: float
    would_count_minor: float
    currency: str | None = strawberry.field(description="Null if neither account nor brand is known.")
    would_be: str = strawberry.field(description="Why it would count so.")
    occurred_at: datetime
    closed_at: datetime = strawberry.field(description="When its week closed.")


@strawberry.type(description="A reward that is held back.")
class HeldRewardInfo:
    """A held reward."""

    id: ID = strawberry.field(description="Its key at the provider.")
    brand: str
    customer: str
    iso_week: str
    origin: str = strawberry.field(description="week or goodwill.")
    reward: str | None
    value_minor: float | None
    currency: str | None
    provider: str | None
    state: str
    reason: str | None
    since: datetime


@strawberry.type(description="How many records a consumer could not apply.")
class DeadLetterCount:
    """A number of dead letters."""

    app: str
    letters: int


First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_CASES = Permission.OPERATIONS_CASES


@strawberry.type
class CaseQuery:
    """Reads of cases."""

    @strawberry.field(
        description="How many cases of a brand wait for a person.", directives=[permitted(_CASES, "brand")]
    )
    async def waiting_cases(self, info: OfficeInfo, brand: str) -> WaitingCases:
        """Count cases."""
        found = await info.context.area(OperationsArea).cases.counts(info.context.actor, brand)
        return WaitingCases(late_bets=found.late_bets, held_rewards=found.held_rewards)

    @strawberry.field(
        description="Late bets that wait for a decision; the access is recorded.",
        directives=[permitted(_CASES, "brand")],
    )
    async def late_bets(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[LateBetInfo]:
        """Return a page of late bets."""
        position = read_cursor(after, tuple[Name, Name])
        found = await info.context.area(OperationsArea).cases.late_bets(
            info.context.actor, brand, page_size(first), position
        )
        return page_of(found, first, _late, lambda one: [one.revision.iso_week, one.revision.bet_id])

    @strawberry.field(
        description="Rewards that are held back, those unchanged for longest first; the access is recorded.",
        directives=[permitted(_CASES, "brand")],
    )
    async def held_rewards(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[HeldRewardInfo]:
        """Return a page of held rewards."""
        found = await info.context.area(OperationsArea).cases.held_rewards(
            info.context.actor, brand, page_size(first), time_of(after)
        )
        return page_of(
            found, first, _held, lambda one: time_key(one.fulfilment.changed_at, one.fulfilment.key)
        )

    @strawberry.field(
        description="How many dead letters each consumer has.",
        directives=[permitted(Permission.OPERATIONS_READ, ALL)],
    )
    async def dead_letter_counts(self, info: OfficeInfo) -> list[DeadLetterCount]:
        """Count dead letters."""
        found = await info.context.area(OperationsArea).installation.dead_letters(info.context.actor)
        return [DeadLetterCount(app=app, letters=letters) for app, letters in found.items()]


def _late(one: LateBet) -> LateBetInfo:
    late = one.revision
    return LateBetInfo(
        id=ID(f"{late.brand}:{late.bet_id}:{late.revision}"),
        brand=late.brand,
        bet=late.bet_id,
        customer=late.customer,
        iso_week=late.iso_week,
        revision=late.revision,
        counted_minor=late.counted_minor,
        would_count_minor=late.would_count_minor,
        currency=one.currency,
        would_be=late.would_be,
        occurred_at=late.occurred_at,
        closed_at=late.closed_at,
    )


def _held(one: HeldReward) -> HeldRewardInfo:
    found = one.fulfilment
    reward = found.reward
    return HeldRewardInfo(
        id=ID(found.key),
        brand=found.club.brand,
        customer=found.club.customer,
        iso_week=found.club.iso_week,
        origin=one.origin,
        reward=None if reward is None else reward.reward_id,
        value_minor=None if reward is None else reward.value_minor,
        currency=None if reward is None else reward.currency,
        provider=found.provider,
        state=found.state.value,
        reason=found.reason,
        since=found.changed_at,
    )
