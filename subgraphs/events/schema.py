"""The events part of the graph: what a brand shows, listed and found."""

from collections.abc import AsyncGenerator
from datetime import datetime
from functools import cache
from typing import Annotated, Final

import strawberry
from strawberry import ID
from strawberry.federation.schema_directives import Tag

from subgraphs.events.catalogue.catalogue import Wanted
from subgraphs.events.cursors import cursor_of, read_cursor
from subgraphs.events.event_types import Event, EventStatus, page_size
from subgraphs.events.sport_types import EventsInfo, Sport
from subgraphs.events.update_types import EventsUpdate
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.schema_building import (
    CUSTOMER,
    SubgraphSchema,
    assumed_size,
    build_schema,
    sliced_by,
)
from subgraphs.kit.settings import Execution

MAX_SEARCH: Final = 100
USUAL_SPORTS: Final = 12
MAX_FOLLOWED: Final = 50
"""How many events a page may follow by one subscription."""


@strawberry.type
class EventConnection:
    """A page of events."""

    nodes: list[Event]
    page_info: PageInfo


@fields_described
@strawberry.type
class Query:
    """Reads of events."""

    @strawberry.field(directives=[assumed_size(USUAL_SPORTS)])
    async def sports(self, info: EventsInfo, brand: ID) -> list[Sport] | None:
        """The sports with an event that is not over."""
        view = await info.context.view(brand)
        return [Sport(own_id=sport, view=view) for sport in view.sports]

    @strawberry.field(directives=[sliced_by("first", "nodes")])
    async def events(  # noqa: PLR0917 - the contract's arguments, which are given by name
        self,
        info: EventsInfo,
        brand: ID,
        sport: ID | None = None,
        competition: ID | None = None,
        status: EventStatus | None = None,
        search: str | None = None,
        from_: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        to: datetime | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> EventConnection | None:
        """What the brand shows now, in the editors' order; live ones first by default."""
        view = await info.context.view(brand)
        wanted = Wanted(
            sport=GraphId.of_brand(brand, sport),
            competition=GraphId.of_brand(brand, competition),
            status=None if status is None else status.value.lower(),
            search=_searched(search),
            since=_with_zone("from", from_),
            until=_with_zone("to", to),
        )
        place = None if after is None else read_cursor(brand, after)
        page = view.page(wanted, page_size(first), place)
        nodes = [Event(stored=stored, view=view) for stored in page.events]
        cursor = cursor_of(brand, view.order(page.events[-1])) if page.events else None
        return EventConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=page.has_next, end_cursor=cursor)
        )

    @strawberry.field
    async def event(self, info: EventsInfo, brand: ID, id: ID) -> Event | None:  # noqa: A002 - the contract's name
        """An event that the brand shows; null if there is none of this id."""
        view = await info.context.view(brand)
        stored = view.find(GraphId.of_brand(brand, id) or "")
        return None if stored is None else Event(stored=stored, view=view)


@fields_described
@strawberry.type
class Subscription:
    """What a page can follow of events."""

    @strawberry.subscription(directives=[Tag(name=CUSTOMER)])
    def events_updated(
        self, info: EventsInfo, brand: ID, ids: list[ID], after: str | None = None
    ) -> AsyncGenerator[EventsUpdate, None]:
        """An image, then changes.

        `events` are whole as selected; all of `ids` in an image, else those that changed. One that ended or
        is no longer shown comes a last time; unknown ids are left out; at most 50. `position`, given as
        `after`, continues behind it: nothing between is lost, or an image comes first.
        """
        if len(ids) > MAX_FOLLOWED:
            raise BadInput(f"`ids` must have at most {MAX_FOLLOWED} ids")
        own_ids = [own for text in ids if (own := GraphId.of_brand(brand, text))]
        context = info.context
        return context.follow(context, info._raw_info, brand, own_ids, context.last_position or after)  # noqa: SLF001


def _with_zone(name: str, at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise BadInput(f"`{name}` needs a time zone, such as 2026-03-25T14:00:00Z")
    return at


def _searched(search: str | None) -> str | None:
    if search is not None and len(search) > MAX_SEARCH:
        raise BadInput(f"`search` must have at most {MAX_SEARCH} characters")
    return search


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of events, which the apps of this process share."""
    return build_schema(Query, subscription=Subscription, execution=execution)
