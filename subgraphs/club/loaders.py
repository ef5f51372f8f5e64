"""What the club's resolvers know of their request, and read."""

from dataclasses import dataclass
from functools import cached_property

from strawberry.dataloader import DataLoader

from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView, Standing
from subgraphs.kit.account_history import AccountChange, AccountHistory
from subgraphs.kit.batching import Answer
from subgraphs.kit.context import RequestContext
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


class ClubContext(RequestContext, kw_only=True, eq=False, dict=True):
    """What the club's resolvers know of their request."""

    reads: ClubReads
    service: ClubService

    @cached_property
    def histories(self) -> DataLoader[Owner, tuple[AccountChange, ...]]:
        """All revisions of accounts; made when a past week is asked for, which a bet-slip does not do."""
        return loader_by_owner(self.reads.database, self.reads.history.of_owners, tuple)

    def standing(self, owner: Owner) -> Answer[Owner, Standing]:
        """What is stored of a customer."""
        return self.read(self.reads.standings, owner)

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        now = self.visit.now
        standing = self.read(self.reads.standings, owner)  # while the rules may be read, too
        rules = self.circumstances.rules.at_hand(owner.brand, now) or await self.rules(owner.brand)
        view = ClubView.of(owner, rules, await standing, week or rules.week_at(now), now)
        return view if view.state is WeekState.OPEN else view.settled(await self.histories.load(owner))
