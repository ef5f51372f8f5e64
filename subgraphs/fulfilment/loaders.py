"""What the fulfilment resolvers know of their request, and read."""

from subgraphs.fulfilment.points import Standing
from subgraphs.kit.batching import Answer
from subgraphs.kit.context import RequestContext
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import PointReader


class FulfilmentContext(RequestContext, kw_only=True, eq=False):
    """What the fulfilment resolvers know of their request."""

    standings: PointReader[ClubKey, Standing | None]

    def standing(self, key: ClubKey) -> Answer[ClubKey, Standing | None]:
        """Where a club's reward stands; None before the week is confirmed."""
        return self.read(self.standings, key)
