"""Sports events' part of the graph."""

from datetime import date
from typing import Annotated

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.events.area import EventsArea
from backoffice.events.graph.board import BoardMutation, BoardQuery
from backoffice.events.made_decisions import MadeDecision
from backoffice.events.matches import Answer, ShownMatch, Verdict
from backoffice.events.offers import ListedOffer, OfferSearch
from backoffice.events.repository import OfferState
from backoffice.events.types import (
    EventLeader,
    EventProvider,
    LeaderChangeInfo,
    ListedOfferInfo,
    MatchDecisionInfo,
    WaitingMatchInfo,
    change_to_graphql,
    decision_to_graphql,
    leader_to_graphql,
    listed_to_graphql,
    match_to_graphql,
    provider_to_graphql,
)
from backoffice.graph.area import ALL, ANY, OfficeInfo, permitted
from backoffice.graph.pages import (
    Number,
    Page,
    number_key,
    page_of,
    page_size,
    read_cursor,
    time_key,
    time_of,
)
from backoffice.rules.types import SchemeScopeItem, scope_item_to_graphql
from backoffice.scopes.items import ScopeKind
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.records.global_state import GlobalOrder

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
Day = Annotated[
    date | None,
    strawberry.argument(
        description="The day in UTC; without it, what is not over, and began at most a day ago."
    ),
]
Text = Annotated[str, strawberry.argument(description="A part of the name or of the competition.")]
NameText = Annotated[str, strawberry.argument(description="Words of the name; empty for all.")]
_READ, _MATCH = Permission.EVENTS_READ, Permission.EVENTS_MATCH


@fields_described
@strawberry.input
class DecideMatchInput:
    """What a person says of offers that wait and an event that they may be of.

    Attributes:
        waiting: The id of what waits.
        candidate: The id of the event.
        version: That of the candidate, as it was seen.
    """

    waiting: ID
    candidate: ID
    verdict: Verdict
    version: str
    reason: str


@fields_described
@strawberry.input
class UndoMatchDecisionInput:
    """A decision about offers to undo.

    Attributes:
        version: That of the decision, as it was seen.
    """

    decision: ID
    version: str
    reason: str


@fields_described
@strawberry.type
class Query(BoardQuery):
    """Reads."""

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def event_offers(  # noqa: PLR0917 - GraphQL passes arguments by name
        self,
        info: OfficeInfo,
        sport: str = "",
        provider: str = "",
        day: Day = None,
        text: Text = "",
        state: OfferState | None = None,
        first: First = 25,
        after: str | None = None,
    ) -> Page[ListedOfferInfo]:
        """What providers offer, by start."""
        wanted = OfferSearch(sport, provider, day, text, state)
        page = await info.context.area(EventsArea).offers.page(
            info.context.actor, wanted, page_size(first), time_of(after)
        )
        return page_of(page, first, listed_to_graphql, _offer_key)

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def offered_sports(self, info: OfficeInfo) -> list[str]:
        """The sports of which anything is offered."""
        return list(await info.context.area(EventsArea).offers.sports(info.context.actor))

    @strawberry.field(directives=[permitted(Permission.RULES_READ, "brand")])
    async def scheme_scope_items(
        self, info: OfficeInfo, brand: str, kind: ScopeKind, text: NameText = "", first: First = 25
    ) -> list[SchemeScopeItem]:
        """What a scheme can count the bets of, by name; events by time, also those of a competition."""
        countable = info.context.area(EventsArea).countable
        found = await countable.search(info.context.actor, brand, kind, text, page_size(first))
        return [scope_item_to_graphql(item) for item in found[:first]]

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def waiting_matches(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[WaitingMatchInfo]:
        """Offers that may be of an event and wait for a person, by start."""
        page = await info.context.area(EventsArea).matches.page(
            info.context.actor, page_size(first), time_of(after)
        )
        return page_of(page, first, match_to_graphql, _match_key)

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def waiting_match_count(self, info: OfficeInfo) -> int:
        """How many groups of offers wait for a person."""
        return await info.context.area(EventsArea).matches.count(info.context.actor)

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def match_decisions(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[MatchDecisionInfo]:
        """The last decision about each two offers, the newest first."""
        key = read_cursor(after, tuple[Number, Number])
        page = await info.context.area(EventsArea).made.page(
            info.context.actor, page_size(first), None if key is None else GlobalOrder(*key)
        )
        return page_of(page, first, decision_to_graphql, _decision_key)

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def event_leaders(self, info: OfficeInfo) -> list[EventLeader]:
        """Who leads for each kind of data."""
        return [
            leader_to_graphql(data, leader)
            for data, leader in await info.context.area(EventsArea).leaders.leaders(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def event_providers(self, info: OfficeInfo) -> list[EventProvider]:
        """The providers of sports events, and whether each is trusted."""
        return [
            provider_to_graphql(judged)
            for judged in await info.context.area(EventsArea).leaders.providers(info.context.actor)
        ]

    @strawberry.field(directives=[permitted(_READ, ANY)])
    async def leader_changes(
        self, info: OfficeInfo, first: First = 25, after: str | None = None
    ) -> Page[LeaderChangeInfo]:
        """Changes of who leads, the newest first."""
        page = await info.context.area(EventsArea).leaders.changes(
            info.context.actor, page_size(first), number_key(after)
        )
        return page_of(page, first, change_to_graphql, lambda change: change.id)


@fields_described
@strawberry.type
class Mutation(BoardMutation):
    """Changes."""

    @strawberry.mutation(directives=[permitted(_MATCH, ALL)])
    async def decide_match(self, info: OfficeInfo, input: DecideMatchInput) -> list[ID]:  # noqa: A002
        """Decide whether offers are of one event; returns the ids of the decisions."""
        answer = Answer(input.waiting, input.candidate, input.verdict, input.version, input.reason)
        made = await info.context.area(EventsArea).matches.decide(info.context.actor, answer)
        return [ID(decision.key) for decision in made]

    @strawberry.mutation(directives=[permitted(_MATCH, ALL)])
    async def undo_match_decision(
        self,
        info: OfficeInfo,
        input: UndoMatchDecisionInput,  # noqa: A002
    ) -> list[ID]:
        """Undo a decision about offers, with those that were taken at once; returns their ids."""
        taken = await info.context.area(EventsArea).matches.undo(
            info.context.actor, input.decision, input.version, input.reason
        )
        return [ID(decision.key) for decision in taken]


def _offer_key(listed: ListedOffer) -> list[str]:
    return time_key(listed.offer.starts_at, listed.offer.own_id)


def _match_key(shown: ShownMatch) -> list[str]:
    return time_key(shown.match.starts_at, shown.match.own_id)


def _decision_key(made: MadeDecision) -> list[int]:
    order = made.decision.order
    return [order.epoch, order.number]
