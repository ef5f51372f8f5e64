"""What the fulfilment resolvers know of their request, and read."""

from dataclasses import dataclass

from subgraphs.fulfilment.points import Standing
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import Circumstances
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import PointReader


class FulfilmentContext(RequestContext):
    """What the fulfilment resolvers know of their request."""

    def __init__(
        self,
        visit: Visit,
        circumstances: Circumstances,
        standings: PointReader[ClubKey, Standing | None],
    ) -> None:
        super().__init__(visit, circumstances)
        self._standings = standings

    def standing(self, key: ClubKey) -> Answer[ClubKey, Standing | None]:
        """Where a club's reward stands; None before the week is confirmed."""
        return self.read(self._standings, key)


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    standings: PointReader[ClubKey, Standing | None]

    def __call__(self, visit: Visit) -> FulfilmentContext:
        """The context of one request."""
        return FulfilmentContext(visit, self.circumstances, self.standings)
