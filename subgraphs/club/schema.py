"""The club subgraph's part of the graph."""

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import strawberry
from strawberry import ID, UNSET, Info, Private
from strawberry.federation.schema_directives import Cost, Tag

from subgraphs.club.counted_events import CountedEvents, counted_events
from subgraphs.club.customer_club import CustomerClub, CustomerRecord, requested_week, weeks_with_membership
from subgraphs.club.loaders import ClubContext
from subgraphs.club.membership.membership import fold
from subgraphs.club_kit.domain import schemes
from subgraphs.club_kit.domain.schemes import Terms
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.enums import IneligibleReason, WeekState
from subgraphs.club_kit.mutation_errors import PAYLOAD_DESCRIPTION, UPSTREAM_COST, ClubError
from subgraphs.kit.domain.bounds import check
from subgraphs.kit.domain.errors import BadInput, Unauthenticated
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.schema_building import (
    CUSTOMER,
    INTERNAL,
    SubgraphSchema,
    assumed_size,
    build_schema,
    deferred,
    sliced_by,
)
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import Execution

MAX_WEEKS = 52
ClubInfo = Info[ClubContext, None]


@fields_described
@strawberry.type
class ThemeColour:
    """A colour of the widget, as `#rrggbb`, on light and on dark pages.

    Attributes:
        name: Such as accent, for `--club-accent`.
    """

    name: str
    light: str
    dark: str


@fields_described
@strawberry.type
class Brand:
    """A betting site."""

    id: ID
    name: str
    time_zone: str
    colours: Private[tuple[schemes.ThemeColour, ...]] = ()

    @strawberry.field(directives=[assumed_size(20)])
    def theme(self) -> list[ThemeColour]:
        """The colours that the brand has chosen."""
        return [
            ThemeColour(name=colour.name, light=colour.light, dark=colour.dark) for colour in self.colours
        ]


@fields_described
@strawberry.type
class ClubWeek:
    """An ISO week in the brand's time zone.

    Attributes:
        id: Brand and ISO week, such as northbet:2026-W13.
        iso_week: Such as 2026-W13.
        hours: 168, or 167 or 169 if the clocks change in that week.
        provisional_until: Late messages about bets of this week are applied until then.
    """

    id: ID
    iso_week: str
    starts_at: datetime
    ends_at: datetime
    hours: int
    state: WeekState
    provisional_until: datetime


@strawberry.type
class ClubTerms:
    """The terms that a customer agrees to by opting in."""

    version: str
    summary: str
    url: str


@described
@strawberry.federation.type
class Membership:
    """A membership lasts over weeks until the customer opts out.

    Attributes:
        opted_in: As last confirmed.
        pending: Whether a change waits for the upstream API's confirmation.
        blocked_reason: The same as Club.ineligibleReason.
        left_at: When the latest membership ended; null for a member.
    """

    opted_in: bool
    since: datetime | None
    pending: bool
    version: int
    can_opt_in: bool
    blocked_reason: IneligibleReason | None
    left_at: datetime | None = strawberry.federation.field(tags=[INTERNAL])


@fields_described
@strawberry.federation.type(keys=["id"])
class Club:
    """One customer's club in one week.

    Attributes:
        paused: Whether the operator has paused the club of this brand: for now nobody can opt in or choose a
            reward, and nothing is paid. Bets still count.
    """

    club: Private[CustomerClub]
    reread: Private[ClubContext | None] = None
    """The context that reads the membership again; None unless a mutation may have changed it."""

    @strawberry.field
    def id(self) -> ID:
        """Opaque, and unique over brands, customers and weeks."""
        return ID(self.club.key.encode())

    @strawberry.field
    def brand(self) -> Brand:
        """Return the betting site."""
        brand = self.club.rules.brand
        return Brand(id=ID(brand.id), name=brand.name, time_zone=brand.time_zone, colours=brand.theme)

    @strawberry.field
    def week(self) -> ClubWeek:
        """Return the week."""
        club = self.club
        return _week(club.key.brand, club.week, club.state, club.scheme.grace_until(club.week))

    @strawberry.field
    def terms(self) -> ClubTerms:
        """The terms that a customer agrees to by opting in."""
        return _terms(self.club.scheme.terms)

    @strawberry.field
    def counted_events(self) -> CountedEvents | None:
        """What bets must be on to count in this week. Null if bets on all events count."""
        return counted_events(self.club.key.brand, self.club.scheme.events)

    @strawberry.field
    def membership(self) -> Membership:
        """Return the membership."""
        if self.reread is None:
            return _membership(self.club, self.club.record)
        return deferred(_reread_membership(self.club, self.reread))

    @strawberry.field
    def ineligible_reason(self) -> IneligibleReason | None:
        """Return why the customer cannot take part; None if they can."""
        return self.club.ineligible

    @strawberry.field
    def paused(self) -> bool:
        """Return whether the club is paused."""
        return self.club.rules.paused

    @strawberry.federation.field(tags=[INTERNAL])
    def jurisdiction(self) -> str:
        """Return the customer's jurisdiction, for other subgraphs and for operators."""
        return self.club.account.jurisdiction

    @strawberry.federation.field(tags=[INTERNAL])
    def currency(self) -> str:
        """Return the currency of the customer's account, for other subgraphs and for operators."""
        return self.club.account.currency

    @strawberry.federation.field(tags=[INTERNAL], directives=[assumed_size(1)])
    def on_break(self) -> list[str]:
        """Return the products of which the customer takes a break now, such as casino."""
        return [*self.club.account.on_break]

    @classmethod
    async def resolve_reference(cls, info: ClubInfo, **representation: Any) -> "Club":
        """Return the club that another subgraph refers to."""
        context = info.context
        key = context.owned(representation.get("id"))
        rules = await context.rules(key.brand)
        return cls(club=await context.club(key.owner, rules.week_named(key.iso_week)))


@lru_cache(maxsize=1024)
def _terms(terms: Terms) -> ClubTerms:
    """Return the terms as shown in the graph. The object is shared and must not be changed."""
    return ClubTerms(version=terms.version, summary=terms.summary, url=terms.url)


@lru_cache(maxsize=1024)
def _week(brand: str, week: Week, state: WeekState, provisional_until: datetime) -> ClubWeek:
    """Return a week as shown in the graph. The object is shared and must not be changed."""
    return ClubWeek(
        id=ID(f"{brand}:{week.iso}"),
        iso_week=week.iso,
        starts_at=week.starts_at,
        ends_at=week.ends_at,
        hours=week.hours,
        state=state,
        provisional_until=provisional_until,
    )


async def _reread_membership(club: CustomerClub, context: ClubContext) -> Membership:
    return _membership(club, await context.record(club.key.owner))


def _membership(club: CustomerClub, record: CustomerRecord) -> Membership:
    state = fold(record.events, until=club.week.ends_at)
    return Membership(
        opted_in=state.opted_in,
        since=state.since,
        pending=record.pending and club.is_current,
        version=state.version,
        can_opt_in=club.is_current and not (state.opted_in or club.ineligible or club.rules.paused),
        blocked_reason=club.ineligible,
        left_at=state.left_at,
    )


@strawberry.federation.type(shareable=True, description=PAYLOAD_DESCRIPTION)
class ClubPayload:
    """The payload of a mutation."""

    club: Club | None
    errors: list[ClubError] = strawberry.field(directives=[assumed_size(1)])


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


@fields_described
@strawberry.type
class Query:
    """The club's entry points.

    Attributes:
        club: The signed-in customer's club for a week of a brand (such as `2026-W13`), by default the current
            one. Null without an error for an anonymous visitor; null with FORBIDDEN for another brand than
            the session's.
    """

    @strawberry.field
    async def club(self, info: ClubInfo, brand: ID, week: ID | None = UNSET) -> Club | None:
        """Return the viewer's club."""
        context = info.context
        viewer = context.of_brand(brand)
        if viewer is None:
            return None
        if week is None or week is UNSET:
            return Club(club=await context.club(viewer.owner))
        requested = requested_week(await context.rules(brand), week, context.now)
        return Club(club=await context.club(viewer.owner, requested))

    @strawberry.field(directives=[sliced_by("first")])
    async def recent_clubs(self, info: ClubInfo, brand: ID, first: int = 4) -> list[Club]:
        """The past weeks in which this customer took part, the newest first."""
        viewer = info.context.of_brand(brand)
        if not 0 <= first <= MAX_WEEKS:
            raise BadInput(f"first must be 0 to {MAX_WEEKS}")
        if viewer is None:
            return []
        context = info.context
        record = await context.record(viewer.owner)
        weeks = weeks_with_membership(await context.rules(brand), record.events, context.now, first)
        return [Club(club=await context.club(viewer.owner, week)) for week in weeks]


@strawberry.type
class Mutation:
    """What a customer can do in the club."""

    @strawberry.federation.mutation(directives=[Cost(weight=UPSTREAM_COST)], tags=[CUSTOMER])
    async def opt_in(self, info: ClubInfo, input: OptInInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """Make the viewer a member."""
        actor = info.context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        check(input)
        club, key = await info.context.club(actor.owner), str(input.idempotency_key)
        refusal = await info.context.service.opt_in(club, input.terms_version, key)
        return _after(club, info.context, refusal)

    @strawberry.federation.mutation(directives=[Cost(weight=UPSTREAM_COST)], tags=[CUSTOMER])
    async def opt_out(self, info: ClubInfo, input: OptOutInput) -> ClubPayload:  # noqa: A002 - the contract's name
        """End the viewer's membership."""
        actor = info.context.actor(input.brand)
        if isinstance(actor, Refusal):
            return ClubPayload(club=None, errors=ClubError.of(actor))
        check(input)
        club = await info.context.club(actor.owner)
        refusal = await info.context.service.opt_out(club, str(input.idempotency_key))
        return _after(club, info.context, refusal)


@fields_described
@strawberry.type
class ClubUpdate:
    """A club as it is after a change.

    Attributes:
        version: Numbers the changes of this stream from 1. A gap means that changes were merged.
    """

    version: int
    club: Club


@fields_described
@strawberry.type
class Subscription:
    """What a customer can follow in the club."""

    @strawberry.subscription(directives=[Tag(name=CUSTOMER)])
    def club_updated(self, info: ClubInfo, brand: ID) -> AsyncGenerator[ClubUpdate, None]:
        """The signed-in customer's club in the current week, and again each time it changes.

        `version` numbers the changes of this stream from 1; a gap means that some were merged, and each event
        carries the whole state.
        """
        viewer = info.context.of_brand(brand)
        if viewer is None:
            raise Unauthenticated("sign in first")
        return info.context.updates.of(info.context, viewer.owner, _update)


def _update(version: int, club: CustomerClub) -> ClubUpdate:
    return ClubUpdate(version=version, club=Club(club=club))


def _after(club: CustomerClub, context: ClubContext, refusal: Refusal | None) -> ClubPayload:
    context.forget()
    return ClubPayload(club=Club(club=club, reread=context), errors=ClubError.of(refusal))


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of the club subgraph, which the apps of this process share."""
    return build_schema(Query, Mutation, subscription=Subscription, execution=execution)
