"""The progress subgraph's part of the graph."""

from datetime import datetime
from functools import cache
from typing import Any, Final

import strawberry
from msgspec.structs import replace
from strawberry import ID, Info, Private
from strawberry.federation.schema_directives import Cost

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.enums import IneligibleReason, WeekState
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.money import Money, money
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema, deferred, sliced_by
from subgraphs.kit.settings import Execution
from subgraphs.progress.betslip import BetslipInput, bet_of
from subgraphs.progress.counting.rules import ContributionReason, Verdict
from subgraphs.progress.loaders import ProgressContext
from subgraphs.progress.qualification.club_state import ClubState, StateFacts, club_state, state_with_outcome
from subgraphs.progress.qualification.week_membership import membership_in
from subgraphs.progress.repository import RecentBet
from subgraphs.progress.service import ClubProgress

MAX_BETS = 50
PREVIEW_COST: Final = 3
"""The cost of a preview in points: it reads about as much as three objects."""


PROGRESS_REQUIRES = "jurisdiction currency ineligibleReason"
STATE_REQUIRES = f"{PROGRESS_REQUIRES} membership {{ optedIn leftAt }} week {{ state }}"
PROGRESS_NEEDS = frozenset({"jurisdiction", "currency", "ineligibleReason"})
STATE_NEEDS = PROGRESS_NEEDS | {"membership", "week"}
WEEK_STATES = WeekState.__members__
ProgressInfo = Info[ProgressContext, None]


for enum in (ClubState, ContributionReason):
    strawberry.enum(enum)


@fields_described
@strawberry.type
class BetContribution:
    """What a bet adds to the week's total, and why."""

    bet: Private[RecentBet]
    club: Private[ClubProgress]

    @strawberry.field
    def bet_id(self) -> ID:
        """Return the id of the bet."""
        return ID(self.bet.bet_id)

    @strawberry.field
    def placed_at(self) -> datetime:
        """Return when the bet was placed."""
        return self.bet.placed_at

    @strawberry.field
    def stake(self) -> Money:
        """Return the stake."""
        return money(self.bet.stake_minor, self.bet.currency, self.club.locale)

    @strawberry.field
    def counted(self) -> Money:
        """Return the part of the stake that counts."""
        return money(self.bet.counted_minor, self.bet.currency, self.club.locale)

    @strawberry.field
    def reason(self) -> ContributionReason:
        """Return why the bet counts or does not."""
        return ContributionReason[self.bet.reason]

    @strawberry.field
    def odds_milli(self) -> int | None:
        """Decimal odds times 1000.

        Null for a starting price that is not known, and for other products than betting.
        """
        return self.bet.odds_milli

    @strawberry.field
    def min_odds_milli(self) -> int | None:
        """The lowest odds that count in this week, times 1000."""
        return self.club.scheme.min_odds_milli

    @strawberry.field
    def min_stake(self) -> Money | None:
        """The lowest stake that counts in this week."""
        return _min_stake(self.club)


@fields_described
@strawberry.type
class Progress:
    """A customer's progress towards the target of a week.

    Attributes:
        staked: The total that counts; not capped at the target.
        percent: 0 to 100, rounded down; 100 only if the target is reached.
        as_of: Event time of the newest message applied.
    """

    club: Private[ClubProgress]
    staked: Money
    target: Money
    remaining: Money
    percent: int
    qualified: bool
    counted_bets: int
    as_of: datetime | None

    @classmethod
    def of(cls, club: ClubProgress) -> "Progress":
        """Return a club's progress as the graph shows it."""
        scheme, locale = club.scheme, club.locale
        currency = scheme.currency
        return cls(
            club=club,
            staked=money(club.staked_minor, currency, locale),
            target=money(scheme.target_minor, currency, locale),
            remaining=money(club.remaining_minor, currency, locale),
            percent=club.percent,
            qualified=club.qualified,
            counted_bets=club.counted_bets,
            as_of=club.as_of,
        )

    @strawberry.field(directives=[sliced_by("first")])
    async def recent_bets(self, info: ProgressInfo, first: int = 5) -> list[BetContribution]:
        """The newest bets of the week, the newest first."""
        if not 0 <= first <= MAX_BETS:
            raise BadInput(f"first must be 0 to {MAX_BETS}")
        bets = await info.context.ledger.recent.load((self.club.key, first)) if first else []
        return [BetContribution(bet=bet, club=self.club) for bet in bets]


@strawberry.type
class Membership:
    """The fields of a membership that the state requires."""

    opted_in: bool = strawberry.federation.field(external=True)
    left_at: datetime | None = strawberry.federation.field(external=True)


@strawberry.type
class ClubWeek:
    """The fields of a week that the state requires."""

    state: WeekState = strawberry.federation.field(external=True)


@fields_described
@strawberry.federation.type(keys=["id"])
class Club:
    """The progress subgraph's fields of a club."""

    context: Private[ProgressContext]
    key: Private[ClubKey]
    required: Private[dict[str, Any]]
    club: Private[ClubProgress | None]
    jurisdiction: str = strawberry.federation.field(external=True, default="")
    currency: str = strawberry.federation.field(external=True, default="")
    ineligible_reason: IneligibleReason | None = strawberry.federation.field(external=True, default=None)
    membership: Membership = strawberry.federation.field(external=True, default=None)
    week: ClubWeek = strawberry.federation.field(external=True, default=None)

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(self.key.encode())

    @strawberry.federation.field(requires=[PROGRESS_REQUIRES])
    def progress(self) -> Progress | None:
        """Zeros before the first bet. Shown before the opt-in as well. Null for an ineligible customer."""
        if not self.required.keys() >= PROGRESS_NEEDS:
            raise self._lacks(PROGRESS_NEEDS)
        return None if self.club is None else Progress.of(self.club)

    @strawberry.federation.field(requires=[STATE_REQUIRES], directives=[Cost(weight=1)])
    def state(self) -> ClubState | None:
        """Null if a subgraph that it depends on cannot be reached."""
        if not self.required.keys() >= STATE_NEEDS:
            raise self._lacks(STATE_NEEDS)
        required, club = self.required, self.club
        trusts_caller = self.context.trusts_caller
        facts = StateFacts(
            eligible=club is not None,
            week=WEEK_STATES[required["week"]["state"]]
            if club is None or trusts_caller
            else club.scheme.state_of(club.week, self.context.now),
            opted_in=required["membership"]["optedIn"],
            reached=club is not None and club.qualified,
            reached_when_leaving=False,
        )
        if club is not None and not trusts_caller and (facts.reached or facts.week is WeekState.CLOSED):
            return deferred(self._state_by_own_record(facts, club))
        if facts.week is WeekState.CLOSED:
            return deferred(self._state_of_closed(facts, _instant(required["membership"]["leftAt"])))
        if facts.opted_in:
            return club_state(facts)
        leaving = self._leaving(facts, _instant(required["membership"]["leftAt"]))
        return club_state(facts) if leaving is None else deferred(self._state_of_leaver(facts, *leaving))

    async def _state_by_own_record(self, facts: StateFacts, club: ClubProgress) -> ClubState:
        """Return the state of a customer who reached the target, or of a closed week, for a caller over HTTP.

        Winning depends on the membership, so a representation is not trusted here: our own record decides. An
        opt-in that has not arrived yet shows as a tracked week.
        """
        changes = await self.context.ledger.membership_changes.load(self.key.owner)
        own = membership_in(changes, club.week)
        if facts.week is WeekState.CLOSED:
            return await self._state_of_closed(replace(facts, opted_in=own.member), own.left_at)
        facts = replace(facts, reached=own.member)
        leaving = self._leaving(facts, own.left_at)
        return club_state(facts) if leaving is None else await self._state_of_leaver(facts, *leaving)

    async def _state_of_closed(self, facts: StateFacts, left_at: datetime | None) -> ClubState:
        """Return the state of a closed week, including what fulfilment has published about it."""
        outcome = await self.context.ledger.outcome.load(self.key)
        leaving = self._leaving(facts, left_at)
        if leaving is not None:
            state = await self._state_of_leaver(facts, *leaving)
        elif self.club is not None and facts.opted_in and not facts.reached:
            state = await self._state_by_crm(facts, self.club)
        else:
            state = club_state(facts)
        return state_with_outcome(outcome, state)

    def _lacks(self, needed: frozenset[str]) -> BadInput:
        missing = sorted(needed - self.required.keys())
        return BadInput(f"the representation of Club lacks {', '.join(missing)}: see @requires")

    def _leaving(self, facts: StateFacts, left_at: datetime | None) -> tuple[ClubProgress, datetime] | None:
        """Return when a former member opted out during the week, if the state depends on it."""
        if facts.opted_in or self.club is None or left_at is None:
            return None
        in_this_week = left_at >= self.club.week.starts_at and self.club.qualified
        return (self.club, left_at) if in_this_week else None

    async def _state_of_leaver(self, facts: StateFacts, club: ClubProgress, left_at: datetime) -> ClubState:
        counted = await self.context.ledger.counted_by.load((club.key, left_at))
        return club_state(replace(facts, reached_when_leaving=counted >= club.scheme.target_minor))

    async def _state_by_crm(self, facts: StateFacts, club: ClubProgress) -> ClubState:
        """Return the state of a member whose known bets miss the target of a closed week.

        The CRM may know about bets from before the club had any.
        """
        reached = await self.context.ledger.imported.load(club.key)
        return club_state(replace(facts, reached=reached))

    @classmethod
    async def resolve_reference(cls, info: ProgressInfo, **representation: Any) -> "Club":
        """Return the club that another subgraph refers to."""
        context = info.context
        key = context.owned(representation.get("id"))
        complete = representation.keys() >= PROGRESS_NEEDS
        club = await context.club(key, representation) if complete else None
        return cls(context=context, key=key, required=representation, club=club)


def _min_stake(club: ClubProgress) -> Money:
    return money(club.scheme.min_stake_minor, club.scheme.currency, club.locale)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@fields_described
@strawberry.type
class BetslipPreview:
    """What a bet slip would add to the tracker."""

    after: Private[ClubProgress]
    counts: bool
    counted: Money
    reason: ContributionReason
    progress_after: Progress | None

    @classmethod
    def of(cls, verdict: Verdict, after: ClubProgress) -> "BetslipPreview":
        """Return the preview by the verdict on a bet and the progress after it."""
        return cls(
            after=after,
            counts=verdict.counts,
            counted=money(verdict.counted_minor, after.scheme.currency, after.locale),
            reason=verdict.reason,
            progress_after=Progress.of(after),
        )

    @strawberry.field
    def min_odds_milli(self) -> int | None:
        """The lowest odds that count in this week, times 1000."""
        return self.after.scheme.min_odds_milli

    @strawberry.field
    def min_stake(self) -> Money | None:
        """The lowest stake that counts in this week."""
        return _min_stake(self.after)


@fields_described
@strawberry.type
class Query:
    """The entry points of the progress subgraph."""

    @strawberry.field(directives=[Cost(weight=PREVIEW_COST)])
    async def betslip_preview(self, info: ProgressInfo, input: BetslipInput) -> BetslipPreview | None:  # noqa: A002 - the contract's name
        """What a bet slip would add to the tracker if it were placed now, and why. Stores nothing.

        Null for an anonymous visitor, and for an ineligible customer.
        """
        context = info.context
        viewer = context.of_brand(input.brand)
        if viewer is None:
            return None
        preview = await context.preview(viewer, bet_of(input, context.now))
        return None if preview is None else BetslipPreview.of(*preview)


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of the progress subgraph, which the apps of this process share."""
    return build_schema(Query, types=(Club,), execution=execution)
