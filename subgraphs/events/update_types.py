"""What a page that follows events gets: an image of them, then those that changed."""

from typing import Final

import strawberry

from subgraphs.events.event_types import Event
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import assumed_size

USUAL_EVENTS: Final = 20


@fields_described
@strawberry.type
class EventsUpdate:
    """Events as they are now: all that are followed, or those that changed.

    Attributes:
        position: Where the stream is; given as `after`, it continues behind this.
        image: Whether these are all that are followed and shown; else those that changed.
    """

    position: str
    image: bool
    shown: strawberry.Private[list[Event]]

    @strawberry.field(directives=[assumed_size(USUAL_EVENTS)])
    def events(self) -> list[Event]:
        """Return the events, whole as selected; one that is no longer shown comes a last time, suspended."""
        return self.shown
