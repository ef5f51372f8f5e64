"""Sports and competitions of the graph: those with an event that is not over."""

from typing import Final

import strawberry
from strawberry import ID, Info, Private

from subgraphs.events.catalogue.brand_view import BrandView
from subgraphs.events.catalogue.events import Event as StoredEvent
from subgraphs.events.loaders import EventsContext
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.domain.sports import sport_name
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import assumed_size

EventsInfo = Info[EventsContext, None]
USUAL_COMPETITIONS: Final = 10


@fields_described
@strawberry.federation.type(keys=["id"])
class Sport:
    """A sport in which events are shown."""

    own_id: Private[str]
    view: Private[BrandView]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.view.brand, self.own_id)))

    @strawberry.field
    def name(self, info: EventsInfo) -> str:
        """Return the name."""
        usual = sport_name(self.own_id)
        return info.context.shown_name(self.view.of_sport(self.own_id), usual)

    @strawberry.field(directives=[assumed_size(USUAL_COMPETITIONS)])
    def competitions(self) -> list["Competition"]:
        """Return those with an event that is not over, in the editors' order, then by name."""
        return [Competition(event=event, view=self.view) for event in self.view.competitions(self.own_id)]

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: ID) -> "Sport | None":  # noqa: A002 - the key
        """Return a sport by its id; null if it is not shown."""
        found = GraphId.parse(id)
        view = await info.context.view(found.brand)
        return None if view.of_sport(found.own).hidden else cls(own_id=found.own, view=view)


@fields_described
@strawberry.federation.type(keys=["id"])
class Competition:
    """A competition, or the course of a race."""

    event: Private[StoredEvent]
    view: Private[BrandView]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.view.brand, self.event.competition_id)))

    @strawberry.field
    def name(self, info: EventsInfo) -> str:
        """Return the name."""
        return info.context.shown_name(self.view.of_competition(self.event), self.event.competition)

    @strawberry.field
    def sport(self) -> Sport:
        """Return its sport."""
        return Sport(own_id=self.event.sport, view=self.view)

    @classmethod
    async def resolve_reference(cls, info: EventsInfo, id: ID) -> "Competition | None":  # noqa: A002 - the key
        """Return a competition by its id; null if no event of it is shown."""
        found = GraphId.parse(id)
        view = await info.context.view(found.brand)
        event = view.competition(found.own)
        return None if event is None else cls(event=event, view=view)
