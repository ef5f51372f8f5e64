"""The sports events of which a club counts the bets: references to what the block of events has of them."""

import strawberry
from strawberry import ID
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import described
from subgraphs.kit.graphql.schema_building import assumed_size

_REFERENCE = Key(fields=FieldSet("id"), resolvable=False)
_few = assumed_size(3)


@strawberry.federation.type(keys=[_REFERENCE])
class Sport:
    """A sport."""

    id: ID


@strawberry.federation.type(keys=[_REFERENCE])
class Competition:
    """A competition."""

    id: ID


@strawberry.federation.type(keys=[_REFERENCE])
class Event:
    """A sports event."""

    id: ID


@described
@strawberry.type
class CountedEvents:
    """What bets must be on to count: one of these. Null stands for what is no longer kept or not shown."""

    sports: list[Sport | None] = strawberry.field(directives=[_few])
    competitions: list[Competition | None] = strawberry.field(directives=[_few])
    events: list[Event | None] = strawberry.field(directives=[_few])


def counted_events(brand: str, scope: EventScope | None) -> CountedEvents | None:
    """Return what a scope names; None if all events count."""
    if scope is None:
        return None

    def ids(named: tuple[str, ...]) -> list[ID]:
        return [ID(str(GraphId(brand, own))) for own in named]

    return CountedEvents(
        sports=[Sport(id=own) for own in ids(scope.sports)],
        competitions=[Competition(id=own) for own in ids(scope.competitions)],
        events=[Event(id=own) for own in ids(scope.events)],
    )
