"""The request context of the club's resolvers, and what they read."""

from dataclasses import dataclass
from functools import cached_property

from strawberry.dataloader import DataLoader

from foundation.storage.database import Database
from subgraphs.club.customer_club import CustomerClub, CustomerRecord
from subgraphs.club.impressions import ImpressionRecorder
from subgraphs.club.service import ClubService
from subgraphs.club.updates import ClubUpdates
from subgraphs.club_kit.context import RulesContext
from subgraphs.club_kit.domain.schemes import WeekState
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.records.accounts import AccountChange, AccountHistory
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.batching import PendingRead, customer_loader
from subgraphs.kit.reads.key_lookup import BatchedLookup


@dataclass(frozen=True, slots=True)
class ClubReads:
    """Reads of customers' data.

    Attributes:
        records: The lookup of stored data, batched over all requests.
        impressions: Records who is shown the tracker.
    """

    database: Database
    history: AccountHistory
    records: BatchedLookup[Owner, CustomerRecord]
    impressions: ImpressionRecorder


class ClubContext(RulesContext, kw_only=True, eq=False, dict=True):
    """The request context of the club's resolvers."""

    reads: ClubReads
    service: ClubService
    updates: ClubUpdates

    @cached_property
    def histories(self) -> DataLoader[Owner, tuple[AccountChange, ...]]:
        """Return the loader of accounts' revisions, created on first use, because a bet-slip needs none."""
        return customer_loader(self.reads.database, self.reads.history.of_owners, tuple)

    def record(self, owner: Owner) -> PendingRead[Owner, CustomerRecord]:
        """Start reading the stored data of a customer."""
        return self.read(self.reads.records, owner)

    async def club(self, owner: Owner, week: Week | None = None) -> CustomerClub:
        """Return a customer's club, in the current week or another.

        Raises:
            UnknownBrand: The brand has not been loaded.
        """
        now = self.identity.now
        record = self.read(self.reads.records, owner)  # starts before the rules are read
        rules = self.shared.rules.get_fresh(owner.brand, now) or await self.rules(owner.brand)
        week_or_current = week or rules.week_at(now)
        groups = self.shared.control_groups
        club = CustomerClub.of(owner, rules, await record, week_or_current, now, groups=groups)
        if week is None:
            self.reads.impressions.shown(club, now)
        return club if club.state is WeekState.OPEN else club.settled(await self.histories.load(owner))
