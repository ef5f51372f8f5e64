"""What the fulfilment resolvers know of their request, and read."""

from subgraphs.fulfilment.points import Standing
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.key_lookup import BatchedLookup


class FulfilmentContext(RequestContext, kw_only=True, eq=False):
    """What the fulfilment resolvers know of their request."""

    standings: BatchedLookup[ClubKey, Standing | None]

    def standing(self, key: ClubKey) -> PendingRead[ClubKey, Standing | None]:
        """Where a club's reward stands; None before the week is confirmed."""
        return self.read(self.standings, key)
