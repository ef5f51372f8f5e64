"""Sports events: the services behind their part of the graph."""

from backoffice.base import Base
from backoffice.content.area import SCREENS_IMAGES
from backoffice.content.known_brands import KnownBrands
from backoffice.content.workflow.publication import image_address
from backoffice.events.board.editing import BoardEditing
from backoffice.events.board.reading import BoardReading
from backoffice.events.board.sources import BoardSources
from backoffice.events.board.trial import BoardTrial
from backoffice.events.countable import CountableItems
from backoffice.events.leaders import LeaderService
from backoffice.events.made_decisions import MadeDecisions
from backoffice.events.matches import MatchService
from backoffice.events.offers import OfferService
from backoffice.graph.area import Area
from backoffice.settings import ContentSettings
from backoffice.subgraph_databases import SubgraphDatabases
from subgraphs.events.catalogue.reader import CatalogueReader
from subgraphs.events.settings import EventsSettings


class EventsArea(Area):
    """The services of events over a base, with which their kinds of proposals are registered."""

    name = "events"

    def __init__(self, base: Base) -> None:
        self._databases = databases = SubgraphDatabases.open(base.settings)
        own, events, content = base.database, databases.by_name["events"], ContentSettings()
        self._images_url = content.images_url.rstrip("/")
        self.offers = OfferService(events, base.clock)
        self.matches = MatchService(own, events, base.audit, base.clock)
        self.made = MadeDecisions(own, events, base.clock)
        self.leaders = LeaderService(events)
        reader = CatalogueReader(events, base.clock, EventsSettings().preferred)
        sources = BoardSources(reader, KnownBrands(databases.rewards, base.clock, content.hosts))
        self.countable = CountableItems(sources)
        self.board_reading = BoardReading(own, sources, base.clock)
        self.board_trial = BoardTrial(own, sources, base.clock, content.images_url)
        self.board_editing = BoardEditing(
            own, sources, base.audit, base.approvals, base.clock, content.images_url
        )
        base.approvals.register(self.board_editing.proposal_kind)

    def address(self, image_url: str | None) -> str | None:
        """Return where the screens find a picture that customers find elsewhere if it was uploaded."""
        if image_url is None:
            return None
        uploaded = image_url.removeprefix(f"{self._images_url}/")
        return image_address(image_url if uploaded == image_url else f"image:{uploaded}", SCREENS_IMAGES)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self._databases.close()
