"""The casino lobby: the services behind its part of the graph."""

from backoffice.base import Base
from backoffice.content.known_brands import KnownBrands
from backoffice.graph.area import Area
from backoffice.lobby.editing import LobbyEditing
from backoffice.lobby.reading import LobbyReading
from backoffice.lobby.sources import LobbySources
from backoffice.settings import ContentSettings
from backoffice.subgraph_databases import SubgraphDatabases
from subgraphs.lobby.catalogue.reader import CatalogueReader


class LobbyArea(Area):
    """The services of lobbies over a base, with which their kind of proposals is registered."""

    name = "lobby"

    def __init__(self, base: Base) -> None:
        self._databases = databases = SubgraphDatabases.open(base.settings)
        lobby = databases.by_name["lobby"]
        known = KnownBrands(databases.rewards, base.clock, ContentSettings().hosts)
        reader = CatalogueReader(lobby, base.clock)
        sources = LobbySources(lobby, reader, known, base.lobby.read())
        self.reading = LobbyReading(base.database, sources, base.clock)
        self.editing = LobbyEditing(base.database, sources, base.audit, base.approvals, base.clock)
        base.approvals.register(self.editing.proposal_kind)

    async def close(self) -> None:
        """Close the databases of the subgraphs."""
        await self._databases.close()
