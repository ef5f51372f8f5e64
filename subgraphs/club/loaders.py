"""What the club's resolvers know of their request, and read."""

from dataclasses import dataclass

from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView, Standing
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import Circumstances
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import PointReader
from subgraphs.kit.weeks import Week


class ClubContext(RequestContext):
    """What the club's resolvers know of their request."""

    def __init__(
        self,
        visit: Visit,
        circumstances: Circumstances,
        standings: PointReader[Owner, Standing],
        service: ClubService,
    ) -> None:
        super().__init__(visit, circumstances)
        self.service = service
        self._standings = standings

    def standing(self, owner: Owner) -> Answer[Owner, Standing]:
        """What is stored of a customer."""
        return self.read(self._standings, owner)

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        standing = self.standing(owner)  # is being read while the rules may be, too
        rules = await self.rules(owner.brand)
        return ClubView.of(owner, rules, await standing, week or rules.week_at(self.now), self.now)


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    standings: PointReader[Owner, Standing]
    service: ClubService

    def __call__(self, visit: Visit) -> ClubContext:
        """The context of one request."""
        return ClubContext(visit, self.circumstances, self.standings, self.service)
