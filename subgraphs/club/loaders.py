"""What the club's resolvers know of their request, and read."""

from dataclasses import dataclass
from functools import cached_property

from strawberry.dataloader import DataLoader

from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView, Standing
from subgraphs.kit.account_history import AccountChange, AccountHistory
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import Circumstances
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.loading import loader_by_owner
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import PointReader
from subgraphs.kit.schemes import WeekState
from subgraphs.kit.weeks import Week


@dataclass(frozen=True, slots=True)
class ClubReads:
    """What is read of customers.

    Attributes:
        standings: for all requests together.
    """

    database: Database
    history: AccountHistory
    standings: PointReader[Owner, Standing]


class ClubContext(RequestContext):
    """What the club's resolvers know of their request."""

    def __init__(
        self, visit: Visit, circumstances: Circumstances, reads: ClubReads, service: ClubService
    ) -> None:
        super().__init__(visit, circumstances)
        self.service = service
        self._reads = reads

    @cached_property
    def histories(self) -> DataLoader[Owner, tuple[AccountChange, ...]]:
        """All revisions of accounts; made when a past week is asked for, which a bet-slip does not do."""
        return loader_by_owner(self._reads.database, self._reads.history.of_owners, tuple)

    def standing(self, owner: Owner) -> Answer[Owner, Standing]:
        """What is stored of a customer."""
        return self.read(self._reads.standings, owner)

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        standing = self.standing(owner)  # is being read while the rules may be, too
        rules = await self.rules(owner.brand)
        view = ClubView.of(owner, rules, await standing, week or rules.week_at(self.now), self.now)
        return view if view.state is WeekState.OPEN else view.settled(await self.histories.load(owner))


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    reads: ClubReads
    service: ClubService

    def __call__(self, visit: Visit) -> ClubContext:
        """The context of one request."""
        return ClubContext(visit, self.circumstances, self.reads, self.service)
