"""The club's part of the graph."""

from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import strawberry
from strawberry import ID, UNSET, Info, Private

from subgraphs.club.loaders import ClubContext
from subgraphs.club.membership import fold
from subgraphs.club.view import ClubView, Standing, week_asked, weeks_taken_part
from subgraphs.kit.domain.accounts import IneligibleReason
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.schemes import Terms, WeekState
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.graphql.context import checked_key
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.mutations.mutation_errors import PAYLOAD_DESCRIPTION, ClubError, Refusal

MAX_WEEKS = 52
ClubInfo = Info[ClubContext, None]


@strawberry.type
class Brand:
    """A betting site."""

    id: ID
    name: str
    time_zone: str


@strawberry.type
class ClubWeek:
    """An ISO week in the brand's time zone."""

    id: ID = strawberry.field(description="Brand and ISO week, as northbet:2026-W13.")
    iso_week: str = strawberry.field(description="As 2026-W13.")
    starts_at: datetime
    ends_at: datetime
    hours: int = strawberry.field(
        description="167, 168 or 169: weeks in which the clocks change are not 168 hours long."
    )
    state: WeekState
    provisional_until: datetime = strawberry.field(
        description="Until when late messages about bets of this week are still applied."
    )


@strawberry.type
class ClubTerms:
    """What one agrees to by opting in."""

    version: str
    summary: str
    url: str


@strawberry.federation.type(description="Standing: it lasts over weeks until the customer opts out.")
class Membership:
    """A customer's membership, as it was at the end of the week that is asked for, or is now."""

    opted_in: bool = strawberry.field(description="As last confirmed.")
    since: datetime | None
    pending: bool = strawberry.field(description="A change that the upstream API has not confirmed yet.")
    version: int
    can_opt_in: bool
    blocked_reason: IneligibleReason | None = strawberry.field(
        description="The same as Club.ineligibleReason."
    )
    left_at: datetime | None = strawberry.federation.field(
        inaccessible=True, description="When the latest membership ended; null for a member."
    )


@strawberry.federation.type(keys=["id"])
class Club:
    """One customer's club in one week."""

    view: Private[ClubView]
    anew: Private[ClubContext | None] = None
    """Reads what is stored once more; None unless a mutation may have changed it."""

    @strawberry.field(description="Opaque; unique over brands, customers and weeks.")
    def id(self) -> ID:
        """The id."""
        return ID(self.view.key.encode())

    @strawberry.field
    def brand(self) -> Brand:
        """The betting site."""
        brand = self.view.rules.brand
        return Brand(id=ID(brand.id), name=brand.name, time_zone=brand.time_zone)

    @strawberry.field
    def week(self) -> ClubWeek:
        """The week."""
        view = self.view
        return _week(view.key.brand, view.week, view.state, view.scheme.grace_until(view.week))

    @strawberry.field(description="What one agrees to by opting in.")
    def terms(self) -> ClubTerms:
        """The terms."""
        return _terms(self.view.scheme.terms)

    @strawberry.field
    def membership(self) -> Membership:
        """The membership."""
        if self.anew is None:
            return _membership(self.view, self.view.standing)
        return cast("Membership", _membership_anew(self.view, self.anew))  # awaited by the execution

    @strawberry.field
    def ineligible_reason(self) -> IneligibleReason | None:
        """Why the customer cannot take part."""
        return self.view.ineligible

    @strawberry.federation.field(inaccessible=True)
    def jurisdiction(self) -> str:
        """Where the customer lives, for other subgraphs."""
        return self.view.account.jurisdiction

    @strawberry.federation.field(inaccessible=True)
    def currency(self) -> str:
        """The currency of the customer's account, for other subgraphs."""
        return self.view.account.currency

    @classmethod
    async def resolve_reference(cls, info: ClubInfo, **representation: Any) -> "Club":
        """The club that another subgraph refers to."""
        context = info.context
        key = context.owned(representation.get("id"))
        rules = await context.rules(key.brand)
        return cls(view=await context.view(key.owner, rules.week_named(key.iso_week)))


@lru_cache(maxsize=1024)
def _terms(terms: Terms) -> ClubTerms:
    """Terms as the graph shows them; not to be changed, for others are shown them too."""
    return ClubTerms(version=terms.version, summary=terms.summary, url=terms.url)


@lru_cache(maxsize=1024)
def _week(brand: str, week: Week, state: WeekState, provisional_until: datetime) -> ClubWeek:
    """A week as the graph shows it; not to be changed, for others are shown it too."""
    return ClubWeek(
        id=ID(f"{brand}:{week.iso}"),
        iso_week=week.iso,
        starts_at=week.starts_at,
        ends_at=week.ends_at,
        hours=week.hours,
        state=state,
        provisional_until=provisional_until,
    )


async def _membership_anew(view: ClubView, context: ClubContext) -> Membership:
    return _membership(view, await context.standing(view.key.owner))


def _membership(view: ClubView, standing: Standing) -> Membership:
    state = fold(standing.events, until=view.week.ends_at)
    return Membership(
        opted_in=state.opted_in,
        since=state.since,
        pending=standing.pending and view.is_current,
        version=state.version,
        can_opt_in=view.is_current and not (state.opted_in or view.ineligible),
        blocked_reason=view.ineligible,
        left_at=state.left_at,
    )


@strawberry.federation.type(shareable=True, description=PAYLOAD_DESCRIPTION)
class ClubPayload:
    """What a mutation answers."""

    club: Club | None
    errors: list[ClubError]


@strawberry.input
class OptInInput:
    """Joins the club."""

    brand: ID
    terms_version: str
    idempotency_key: ID


@strawberry.input
class OptOutInput:
    """Leaves the club."""

    brand: ID
    idempotency_key: ID


@strawberry.type
class Query:
    """The club's entry points."""

    @strawberry.field(
        description="The signed-in customer's club for a week of a brand (`2026-W13`), by default the "
        "current one. Null without an error for an anonymous visitor; null with FORBIDDEN for a brand that "
        "is not the session's."
    )
    async def club(self, info: ClubInfo, brand: ID, week: ID | None = UNSET) -> Club | None:
        """The viewer's club."""
        context = info.context
        viewer = context.of_brand(brand)
        if viewer is None:
            return None
        if week is None or week is UNSET:
            return Club(view=await context.view(viewer.owner))
        asked = week_asked(await context.rules(brand), week, context.identity.now)
        return Club(view=await context.view(viewer.owner, asked))

    @strawberry.field(
        description="The weeks this customer took part in, newest first; the current one is not among them."
    )
    async def recent_clubs(self, info: ClubInfo, brand: ID, first: int = 4) -> list[Club]:
        """The viewer's past clubs."""
        viewer = info.context.of_brand(brand)
        if not 0 <= first <= MAX_WEEKS:
            raise BadInput(f"first must be 0 to {MAX_WEEKS}")
        if viewer is None:
            return []
        context = info.context
        standing = await context.standing(viewer.owner)
        weeks = weeks_taken_part(await context.rules(brand), standing.events, context.identity.now, first)
        return [Club(view=await context.view(viewer.owner, week)) for week in weeks]


@strawberry.type
class Mutation:
    """What a customer can do in the club."""

    @strawberry.mutation
    async def opt_in(self, info: ClubInfo, input: OptInInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """Joins the club."""
        actor = info.context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        view, key = await info.context.view(actor.owner), checked_key(input.idempotency_key)
        refusal = await info.context.service.opt_in(view, input.terms_version, key)
        return _after(view, info.context, refusal)

    @strawberry.mutation
    async def opt_out(self, info: ClubInfo, input: OptOutInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """Leaves the club."""
        actor = info.context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        view = await info.context.view(actor.owner)
        refusal = await info.context.service.opt_out(view, checked_key(input.idempotency_key))
        return _after(view, info.context, refusal)


def _after(view: ClubView, context: ClubContext, refusal: Refusal | None) -> ClubPayload:
    context.forget()
    return ClubPayload(club=Club(view=view, anew=context), errors=ClubError.of(refusal))


def create_schema() -> SubgraphSchema:
    """The club's schema."""
    return build_schema(Query, Mutation)
