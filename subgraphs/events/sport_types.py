"""Sports and competitions of the graph: those with an event that is not over."""

from typing import Final

import strawberry
from strawberry import ID, Private

from subgraphs.events.catalogue.catalogue import Catalogue
from subgraphs.events.catalogue.events import Event as StoredEvent
from subgraphs.events.graph_ids import GraphId
from subgraphs.kit.domain.sports import SPORTS
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import assumed_size

USUAL_COMPETITIONS: Final = 10


@fields_described
@strawberry.type
class Sport:
    """A sport in which events are shown."""

    brand: Private[str]
    own_id: Private[str]
    catalogue: Private[Catalogue]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.brand, self.own_id)))

    @strawberry.field
    def name(self) -> str:
        """Return the name."""
        return SPORTS.get(self.own_id, self.own_id.replace("-", " ").title())

    @strawberry.field(directives=[assumed_size(USUAL_COMPETITIONS)])
    def competitions(self) -> list["Competition"]:
        """Return those with an event that is not over, by name."""
        shown = self.catalogue.competitions.get(self.own_id, ())
        return [Competition(brand=self.brand, event=event, catalogue=self.catalogue) for event in shown]


@fields_described
@strawberry.type
class Competition:
    """A competition, or the course of a race."""

    brand: Private[str]
    event: Private[StoredEvent]
    catalogue: Private[Catalogue]

    @strawberry.field
    def id(self) -> ID:
        """Return the id."""
        return ID(str(GraphId(self.brand, self.event.competition_id)))

    @strawberry.field
    def name(self) -> str:
        """Return the name."""
        return self.event.competition

    @strawberry.field
    def sport(self) -> Sport:
        """Return its sport."""
        return Sport(brand=self.brand, own_id=self.event.sport, catalogue=self.catalogue)
