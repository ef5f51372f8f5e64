"""What the club's resolvers know of their request, and read."""

from dataclasses import dataclass
from functools import cached_property

from strawberry.dataloader import DataLoader

from storage.database import Database
from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView, Standing
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.schemes import WeekState
from subgraphs.kit.domain.weeks import Week
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.dataloaders import loader_by_owner
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.kit.records.account_history import AccountChange, AccountHistory


@dataclass(frozen=True, slots=True)
class ClubReads:
    """What is read of customers.

    Attributes:
        standings: for all requests together.
    """

    database: Database
    history: AccountHistory
    standings: BatchedLookup[Owner, Standing]


class ClubContext(RequestContext, kw_only=True, eq=False, dict=True):
    """What the club's resolvers know of their request."""

    reads: ClubReads
    service: ClubService

    @cached_property
    def histories(self) -> DataLoader[Owner, tuple[AccountChange, ...]]:
        """All revisions of accounts; made when a past week is asked for, which a bet-slip does not do."""
        return loader_by_owner(self.reads.database, self.reads.history.of_owners, tuple)

    def standing(self, owner: Owner) -> PendingRead[Owner, Standing]:
        """What is stored of a customer."""
        return self.read(self.reads.standings, owner)

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        now = self.identity.now
        standing = self.read(self.reads.standings, owner)  # while the rules may be read, too
        rules = self.shared.rules.get_fresh(owner.brand, now) or await self.rules(owner.brand)
        view = ClubView.of(owner, rules, await standing, week or rules.week_at(now), now)
        return view if view.state is WeekState.OPEN else view.settled(await self.histories.load(owner))
