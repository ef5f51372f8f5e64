"""Cases that wait for a person, in operations' part of the graph."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import ALL, FOUND, OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, page_of, page_size, read_cursor, time_key, time_of
from backoffice.operations.area import OperationsArea
from backoffice.operations.cases.held_rewards import BY_TWO
from backoffice.operations.cases.waiting import HeldReward, LateBet
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
        proposal: The proposal to count it that waits for approval; null if none does.
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
    proposal: ID | None


@described
@strawberry.type
class HeldRewardInfo:
    """A reward that is held back.

    Attributes:
        id: Its key at the provider.
        origin: week or goodwill.
        by_two: Whether another person has to approve that it is sent again.
        proposal: The proposal to send it again that waits for approval; null if none does.
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
    by_two: bool
    proposal: ID | None


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
        area, position = info.context.area(OperationsArea), read_cursor(after, tuple[Name, Name])
        page = await area.cases.late_bets(info.context.actor, brand, page_size(first), position)
        proposed = await area.late_bets.proposed(brand)
        return page_of(
            page,
            first,
            lambda bet: _late(bet, proposed),
            lambda bet: [bet.revision.iso_week, bet.revision.bet_id],
        )

    @strawberry.field(directives=[permitted(_CASES, "brand")])
    async def held_rewards(
        self, info: OfficeInfo, brand: str, first: First = 25, after: str | None = None
    ) -> Page[HeldRewardInfo]:
        """Rewards that are held back, those unchanged for longest first; the access is recorded."""
        area, last = info.context.area(OperationsArea), time_of(after)
        page = await area.cases.held_rewards(info.context.actor, brand, page_size(first), last)
        proposed = await area.held_rewards.proposed(brand)
        return page_of(
            page,
            first,
            lambda reward: _held(reward, proposed),
            lambda reward: time_key(reward.fulfilment.changed_at, reward.fulfilment.key),
        )

    @strawberry.field(directives=[permitted(Permission.OPERATIONS_READ, ALL)])
    async def dead_letter_counts(self, info: OfficeInfo) -> list[DeadLetterCount]:
        """How many dead letters each consumer has."""
        counts = await info.context.area(OperationsArea).installation.dead_letters(info.context.actor)
        return [DeadLetterCount(app=app, letters=letters) for app, letters in counts.items()]


@strawberry.input
class LateBetInput:
    """A late bet as listed, and why it is decided so."""

    late_bet: ID
    reason: str


@strawberry.input
class RetryRewardInput:
    """A held reward as listed, and why it is sent again."""

    held_reward: ID
    reason: str


@fields_described
@strawberry.input
class CreditedRewardInput:
    """A held reward as listed that the customer has, and how that is known.

    Attributes:
        reference: The provider's, of the credit.
    """

    held_reward: ID
    reference: str
    reason: str


@fields_described
@strawberry.type
class CaseMutation:
    """Decisions about cases.

    Attributes:
        retry_held_reward: Send a reward in review again, under its own key, so that it is paid once. Where
            another person has to approve it, returns the proposal; else null. Needs a step-up.
        credit_held_reward: Record, on a person's word, that a reward in review was credited; needs a step-up.
    """

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ADJUST, FOUND)])
    async def propose_late_bet(self, info: OfficeInfo, input: LateBetInput) -> ID:  # noqa: A002
        """Propose to count a late bet as if it had come in time; another person approves. Needs a step-up."""
        context = info.context
        proposal = await context.area(OperationsArea).late_bets.propose(
            context.actor, input.late_bet, input.reason
        )
        return ID(proposal)

    @strawberry.mutation(directives=[permitted(Permission.SUPPORT_ADJUST, FOUND)])
    async def reject_late_bet(self, info: OfficeInfo, input: LateBetInput) -> bool:  # noqa: A002
        """Leave a late bet as it counts now, for good. Needs a step-up."""
        context = info.context
        await context.area(OperationsArea).late_bets.reject(context.actor, input.late_bet, input.reason)
        return True

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_REPLAY, FOUND)])
    async def retry_held_reward(
        self,
        info: OfficeInfo,
        input: RetryRewardInput,  # noqa: A002
    ) -> ID | None:
        """Send a reward again, or propose it."""
        context = info.context
        proposal = await context.area(OperationsArea).held_rewards.retry(
            context.actor, input.held_reward, input.reason
        )
        return None if proposal is None else ID(proposal)

    @strawberry.mutation(directives=[permitted(Permission.OPERATIONS_REPLAY, FOUND)])
    async def credit_held_reward(
        self,
        info: OfficeInfo,
        input: CreditedRewardInput,  # noqa: A002
    ) -> bool:
        """Record that a reward was credited."""
        context = info.context
        await context.area(OperationsArea).held_rewards.credited(
            context.actor, input.held_reward, input.reference, input.reason
        )
        return True


def _late(bet: LateBet, proposed: Mapping[str, str]) -> LateBetInfo:
    late = bet.revision
    case = f"{late.brand}:{late.bet_id}:{late.revision}"
    return with_fields_of(
        LateBetInfo,
        late,
        id=ID(case),
        bet=late.bet_id,
        currency=bet.currency,
        proposal=_id(proposed.get(case)),
    )


def _held(held: HeldReward, proposed: Mapping[str, str]) -> HeldRewardInfo:
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
        by_two=fulfilment.reason in BY_TWO,
        proposal=_id(proposed.get(fulfilment.key)),
    )


def _id(proposal: str | None) -> ID | None:
    return None if proposal is None else ID(proposal)
