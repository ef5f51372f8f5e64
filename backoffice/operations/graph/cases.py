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
from foundation.same_fields import with_fields_of
from subgraphs.kit.graphql.descriptions import described, fields_described


@described
@strawberry.type
class WaitingCases:
    """How many cases of a brand wait for a person.

    Attributes:
        late_bets: Bets that would count differently if their last change had come in time.
        held_rewards: Rewards in review, or being cancelled at a provider.
    """

    late_bets: int
    held_rewards: int


@described
@strawberry.type
class LateBetInfo:
    """A bet that would count differently if its last change had come in time.

    Attributes:
        currency: Null if neither account nor brand is known.
        would_be: Why it would count so.
        closed_at: When its week closed.
    """

    id: ID
    brand: str
    bet: str
    customer: str
    iso_week: str
    revision: float
    counted_minor: float
    would_count_minor: float
    currency: str | None
    would_be: str
    occurred_at: datetime
    closed_at: datetime


@described
@strawberry.type
class HeldRewardInfo:
    """A reward that is held back.

    Attributes:
        id: Its key at the provider.
        origin: week or goodwill.
    """

    id: ID
    brand: str
    customer: str
    iso_week: str
    origin: str
    reward: str | None
    value_minor: float | None
    currency: str | None
    provider: str | None
    state: str
    reason: str | None
    since: datetime


@described
@strawberry.type
class DeadLetterCount:
    """How many records a consumer could not apply."""

    app: str
    letters: int


First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
_CASES = Permission.OPERATIONS_CASES


@fields_described
@strawberry.type
class CaseQuery:
    """Reads of cases."""

    @strawberry.field(directives=[permitted(_CASES, "brand")])
    async def waiting_cases(self, info: OfficeInfo, brand: str) -> WaitingCases:
        """How many cases of a brand wait for a person."""
        counts = await info.context.area(OperationsArea).cases.counts(info.context.actor, brand)
        return WaitingCases(late_bets=counts.late_bets, held_rewards=counts.held_rewards)

    @strawberry.field(directives=[permitted(_CASES, "brand")])
    async def late_bets(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[LateBetInfo]:
        """Late bets that wait for a decision; the access is recorded."""
        position = read_cursor(after, tuple[Name, Name])
        page = await info.context.area(OperationsArea).cases.late_bets(
            info.context.actor, brand, page_size(first), position
        )
        return page_of(page, first, _late, lambda bet: [bet.revision.iso_week, bet.revision.bet_id])

    @strawberry.field(directives=[permitted(_CASES, "brand")])
    async def held_rewards(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[HeldRewardInfo]:
        """Rewards that are held back, those unchanged for longest first; the access is recorded."""
        page = await info.context.area(OperationsArea).cases.held_rewards(
            info.context.actor, brand, page_size(first), time_of(after)
        )
        return page_of(
            page, first, _held, lambda reward: time_key(reward.fulfilment.changed_at, reward.fulfilment.key)
        )

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, ALL)])
    async def dead_letter_counts(self, info: OfficeInfo) -> list[DeadLetterCount]:
        """How many dead letters each consumer has."""
        counts = await info.context.area(OperationsArea).installation.dead_letters(info.context.actor)
        return [DeadLetterCount(app=app, letters=letters) for app, letters in counts.items()]


def _late(bet: LateBet) -> LateBetInfo:
    late = bet.revision
    return with_fields_of(
        LateBetInfo,
        late,
        id=ID(f"{late.brand}:{late.bet_id}:{late.revision}"),
        bet=late.bet_id,
        currency=bet.currency,
    )


def _held(held: HeldReward) -> HeldRewardInfo:
    fulfilment = held.fulfilment
    reward = fulfilment.reward
    return HeldRewardInfo(
        id=ID(fulfilment.key),
        brand=fulfilment.club.brand,
        customer=fulfilment.club.customer,
        iso_week=fulfilment.club.iso_week,
        origin=held.origin,
        reward=None if reward is None else reward.reward_id,
        value_minor=None if reward is None else reward.value_minor,
        currency=None if reward is None else reward.currency,
        provider=fulfilment.provider,
        state=fulfilment.state.value,
        reason=fulfilment.reason,
        since=fulfilment.changed_at,
    )
