"""Sports events: the services behind their part of the graph."""

from backoffice.base import Base
from backoffice.events.leaders import LeaderService
from backoffice.events.made_decisions import MadeDecisions
from backoffice.events.matches import MatchService
from backoffice.events.offers import OfferService
from backoffice.graph.area import Area
from backoffice.subgraph_databases import SubgraphDatabases


class EventsArea(Area):
    """The services of sports events over a base."""

    name = "events"

    def __init__(self, base: Base) -> None:
        self._databases = SubgraphDatabases.open(base.settings)
        own, events = base.database, self._databases.by_name["events"]
        self.offers = OfferService(events, base.clock)
        self.matches = MatchService(own, events, base.audit, base.clock)
        self.made = MadeDecisions(own, events, base.clock)
        self.leaders = LeaderService(events)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self._databases.close()
