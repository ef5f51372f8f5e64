"""Events, markets and selections of the graph, which other subgraphs refer to by their ids."""

from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.events import Event as StoredEvent
from subgraphs.events.loaders import EventsContext
from subgraphs.events.market_types import (
    MarketStatus,
    SelectionStatus,
    in_order,
    line_of,
    market_status,
    name_of,
    selection_status,
    shown_runners,
)
from subgraphs.events.market_views import MarketView
from subgraphs.events.records.runners import StoredRunner
from subgraphs.events.sport_types import Competition, EventsInfo, Sport
from subgraphs.events.video_addresses import NotShown
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.domain.selections import market_of
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.odds import Odds, style_of
from subgraphs.kit.graphql.place_terms import PlaceTerms
from subgraphs.kit.graphql.schema_building import assumed_size, sliced_by

MAX_PAGE: Final = 100
USUAL_SELECTIONS: Final = 3
USUAL_FIGURES: Final = 10

strawberry.enum(MarketStatus)
strawberry.enum(SelectionStatus)


@strawberry.enum
class EventStatus(StrEnum):
    """How far an event is."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    SUSPENDED = "SUSPENDED"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


@strawberry.enum
class Side(StrEnum):
    """The side of a participant."""

    HOME = "HOME"
    AWAY = "AWAY"


def page_size(first: int) -> int:
    """Return how many members a page may have.

    Raises:
        BadInput: It is none, or too many.
    """
    if not 1 <= first <= MAX_PAGE:
        raise BadInput(f"`first` must be 1 to {MAX_PAGE}")
    return first


@fields_described
@strawberry.type
class Participant:
    """Who takes part in an event."""

    id: ID
    name: str
    side: Side | None


@fields_described
@strawberry.type
class Statistic:
    """A figure of both sides, such as corners 4 to 2, as its provider writes it."""

    name: str
    home: str
    away: str


@fields_described
@strawberry.federation.type(keys=["id"])
class Market:
    """A market of an event, as the provider that leads for its odds has it."""

    of_event: Private["Event"]
    stored: Private[MarketView]
    present_status: Private[MarketStatus]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.of_event.view.brand, self.stored.own_id)))

    @strawberry.field
    def name(self) -> str:
        """Return the name."""
        return name_of(self.stored)

    @strawberry.field
    def kind(self) -> str:
        """Return the kind as the platform names it, such as MATCH_RESULT, TOTALS or WIN."""
        return self.stored.kind

    @strawberry.field
    def line(self) -> str | None:
        """Return the line, such as 2.5."""
        return line_of(self.stored)

    @strawberry.field
    def status(self) -> MarketStatus:
        """Return whether it takes bets; suspended while its provider cannot be believed."""
        return self.present_status

    @strawberry.field
    def event(self) -> "Event":
        """Return its event."""
        return self.of_event

    @strawberry.field(directives=[assumed_size(USUAL_SELECTIONS)])
    def selections(self) -> list["Selection"]:
        """Return what can be bet on, in the provider's order."""
        return [Selection(of=self, runner=runner) for runner in shown_runners(self.stored)]

    @strawberry.field
    def place_terms(self) -> PlaceTerms | None:
        """Return the terms of each-way bets; null without each way."""
        terms = self.stored.place_terms
        return None if terms is None else PlaceTerms(**terms)

    @classmethod
    def of(cls, context: EventsContext, event: "Event", stored: MarketView) -> "Market":
        """Return a market of an event."""
        is_priced = stored.status != "open" or context.can_be_priced(
            event.view.catalogue, event.stored, stored
        )
        return cls(of_event=event, stored=stored, present_status=market_status(stored, is_priced=is_priced))

    @classmethod
    async def find(cls, context: EventsContext, brand: str, own_id: str) -> "Market | None":
        """Return a market by its own id; None if it, or its event, is no longer kept."""
        view, stored = await context.view(brand), await context.market(own_id)
        event = None if stored is None else view.catalogue.event_of(stored.offer)
        if stored is None or event is None:
            return None
        return cls.of(context, Event(stored=event, view=view), stored)

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: ID) -> "Market | None":  # noqa: A002 - the key
        """Return a market by its id; null if it is no longer kept."""
        found = GraphId.parse(id)
        return await cls.find(info.context, found.brand, found.own)


@fields_described
@strawberry.federation.type(keys=["id"])
class Selection:
    """What one can bet on in a market."""

    of: Private[Market]
    runner: Private[StoredRunner]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        own = self.runner.own_id(self.of.stored.own_id)
        return ID(str(GraphId(self.of.of_event.view.brand, own)))

    @strawberry.field
    def name(self) -> str:
        """Return the name, or the provider's number if it has none."""
        return self.runner.name or self.runner.id

    @strawberry.field
    def status(self) -> SelectionStatus:
        """Return whether it can be bet on, or its result."""
        return selection_status(self.of.stored, self.runner, self.of.present_status)

    @strawberry.field
    def market(self) -> Market:
        """Return its market."""
        return self.of

    @strawberry.field
    def odds(self, info: EventsInfo) -> Odds | None:
        """Return the best odds that are offered; null if none are."""
        milli = self.runner.odds_milli
        if milli is None:
            return None
        usual = style_of(info.context.identity.accept_language)
        return Odds(milli=milli, changed_at=self.runner.changed_at, usual=usual)

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: ID) -> "Selection | None":  # noqa: A002 - the key
        """Return a selection by its id; null if it is no longer kept."""
        found = GraphId.parse(id)
        market = await Market.find(info.context, found.brand, market_of(found.own))
        if market is None:
            return None
        runners = (
            runner for runner in market.stored.runners if runner.own_id(market.stored.own_id) == found.own
        )
        return next((cls(of=market, runner=runner) for runner in runners), None)


@fields_described
@strawberry.federation.type(keys=["id"])
class Event:
    """A sports event, each fact from the provider that leads for it."""

    stored: Private[StoredEvent]
    view: Private[BrandView]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.view.brand, self.stored.id)))

    @strawberry.field
    def name(self, info: EventsInfo) -> str:
        """Return the name."""
        return info.context.shown_name(self.view.of_event(self.stored), self.stored.name)

    @strawberry.field
    def sport(self) -> Sport:
        """Return its sport."""
        return Sport(own_id=self.stored.sport, view=self.view)

    @strawberry.field
    def competition(self) -> Competition:
        """Return its competition."""
        return Competition(event=self.stored, view=self.view)

    @strawberry.field(directives=[assumed_size(USUAL_SELECTIONS)])
    def participants(self) -> list[Participant]:
        """Return who takes part, the home side first."""
        return [
            Participant(
                id=ID(f"{self.view.brand}:{self.stored.id}-{number}"),
                name=competitor.name,
                side=None if competitor.side is None else Side(competitor.side.upper()),
            )
            for number, competitor in enumerate(self.stored.competitors, 1)
        ]

    @strawberry.field
    def starts_at(self) -> datetime:
        """Return when it is due to start."""
        return self.stored.starts_at

    @strawberry.field
    def status(self) -> EventStatus:
        """Return how far it is."""
        return EventStatus(self.stored.status.upper())

    @strawberry.field
    def score(self) -> str | None:
        """Return the score, as its provider writes it."""
        return self.stored.score

    @strawberry.field(directives=[sliced_by("first")])
    async def markets(self, info: EventsInfo, first: int = 10) -> list[Market]:
        """Return markets of the provider that leads for its odds, those first that people bet on most."""
        context = info.context
        offer = self.stored.offer_of_odds(self.view.catalogue.providers)
        if offer is None:
            return []
        found = in_order(await context.markets_of(offer.key))[: page_size(first)]
        return [Market.of(context, self, stored) for stored in found]

    @strawberry.field
    def image_url(self) -> str | None:
        """Return the address of the picture that editors chose."""
        return self.view.of_event(self.stored).image_url

    @strawberry.field
    async def video_url(self, info: EventsInfo) -> str | None:
        """Return an address of its picture, for some minutes; null where or when it may not be seen."""
        context = info.context
        if context.signer is None or context.territory is None:
            return None
        reads = [context.pictures_of(offer.key) for offer in self.stored.offers]
        for read in reads:
            for picture in await read:
                with suppress(NotShown):
                    return context.signer.address(picture, context.territory, context.machine.now())
        return None

    @strawberry.field(directives=[assumed_size(USUAL_FIGURES)])
    async def statistics(self, info: EventsInfo) -> list[Statistic]:
        """Return figures of the event, of the first of its providers that counts any."""
        reads = [info.context.statistics_of(offer.key) for offer in self.stored.offers]
        for read in reads:
            if figures := await read:
                return [Statistic(**figure._asdict()) for figure in figures]
        return []

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: ID) -> "Event | None":  # noqa: A002 - the key
        """Return an event by its id; null if it is no longer kept."""
        found = GraphId.parse(id)
        view = await info.context.view(found.brand)
        stored = view.catalogue.find(found.own)
        return None if stored is None else cls(stored=stored, view=view)
