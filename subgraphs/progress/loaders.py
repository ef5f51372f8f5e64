"""The request context of the progress resolvers, and what they read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from strawberry.dataloader import DataLoader

from foundation.storage.database import Database
from subgraphs.club_kit.context import RulesContext
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.reads.brand_rules import BrandRules, WeekScheme
from subgraphs.kit.auth import Viewer
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.batching import customer_loader, nothing
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.progress.counting.legs import NO_EVENTS, KnownEvents, untold_markets
from subgraphs.progress.counting.rules import BetFacts, Verdict
from subgraphs.progress.known_events import known_events
from subgraphs.progress.qualification.club_state import ClubState, read_outcomes
from subgraphs.progress.qualification.earlier_qualifications import qualified_by_crm
from subgraphs.progress.qualification.week_membership import MembershipChange, read_membership_changes
from subgraphs.progress.repository import ProgressRepository, RecentBet, Total
from subgraphs.progress.service import ClubProgress


class LedgerLoaders:
    """Reads that a bet-slip does not need, batched within one request: bets, first opt-ins, outcomes."""

    def __init__(self, database: Database, repository: ProgressRepository) -> None:
        self._database = database
        self._repository = repository
        self.recent: DataLoader[tuple[ClubKey, int], list[RecentBet]] = DataLoader(self._load_recent)
        self.counted_by: DataLoader[tuple[ClubKey, datetime], int] = DataLoader(self._load_counted_by)
        self.first_opt_in: DataLoader[Owner, datetime | None] = customer_loader(
            database, repository.first_opt_ins, nothing
        )
        self.imported: DataLoader[ClubKey, bool] = customer_loader(database, qualified_by_crm, bool)
        self.membership_changes: DataLoader[Owner, list[MembershipChange]] = customer_loader(
            database, read_membership_changes, list
        )
        self.outcome: DataLoader[ClubKey, ClubState | None] = customer_loader(
            database, read_outcomes, nothing
        )

    async def _load_recent(self, keys: list[tuple[ClubKey, int]]) -> list[list[RecentBet]]:
        most = max(first for _, first in keys)
        async with self._database.read() as connection:
            recent = await self._repository.recent(connection, list({key for key, _ in keys}), most)
        return [recent.get(key, [])[:first] for key, first in keys]

    async def _load_counted_by(self, keys: list[tuple[ClubKey, datetime]]) -> list[int]:
        minor_of: dict[tuple[ClubKey, datetime], int] = {}
        while waiting := [key for key in keys if key not in minor_of]:
            instants = dict(waiting)  # one instant for each key; there is hardly ever another
            async with self._database.read() as connection:
                sums = await self._repository.counted_by(connection, instants)
            minor_of |= {(key, at): sums.get(key, 0) for key, at in instants.items()}
        return [minor_of[key] for key in keys]


@dataclass(frozen=True, slots=True)
class ProgressReads:
    """Reads of customers' data.

    Attributes:
        totals: The lookup of totals, batched over all requests.
    """

    database: Database
    repository: ProgressRepository
    totals: BatchedLookup[ClubKey, Total | None]


class ProgressContext(RulesContext, kw_only=True, eq=False, dict=True):
    """The request context of the progress resolvers."""

    reads: ProgressReads

    @cached_property
    def ledger(self) -> LedgerLoaders:
        """Return the loaders of single bets, created on first use, because a bet-slip needs none."""
        return LedgerLoaders(self.reads.database, self.reads.repository)

    async def club(self, key: ClubKey, required: Mapping[str, Any]) -> ClubProgress | None:
        """Return a club's progress; None if the customer cannot take part.

        Jurisdiction, currency and eligibility are those of our own read model, unless a gateway in this
        process has them from the club subgraph. A representation from elsewhere can only say that the
        customer may not take part.

        Args:
            key: The club.
            required: Jurisdiction, currency and ineligibleReason from the club subgraph.
        """
        rules = self.shared.rules.get_fresh(key.brand, self.identity.now) or await self.rules(key.brand)
        if self.trusts_caller:
            week_scheme = rules.week_scheme(key.iso_week, required["jurisdiction"], required["currency"])
        else:
            week_scheme = await self._own_week_scheme(rules, key)
        scheme = week_scheme.scheme
        if scheme is None or required["ineligibleReason"] is not None:
            return None
        total = await self.read(self.reads.totals, key)
        return ClubProgress.of(key, week_scheme.week, scheme, self.locale(rules.brand), total)

    async def _own_week_scheme(self, rules: BrandRules, key: ClubKey) -> WeekScheme:
        """Return the week, and the customer's scheme by our own read model; none for an ineligible one."""
        week = rules.week_named(key.iso_week)
        account = await self.account(key.owner, rules.brand)
        eligibility = rules.evaluate(account, week)
        return WeekScheme(week, eligibility.scheme if eligibility.ineligible is None else None)

    async def preview(self, viewer: Viewer, bet: BetFacts) -> tuple[Verdict, ClubProgress] | None:
        """Return what a bet placed now would count, and the progress after it; None without a club."""
        now = self.identity.now
        rules = await self.rules(viewer.brand)
        week = rules.week_at(now)
        account = await self.account(viewer.owner, rules.brand)
        eligibility = rules.evaluate(account, week)
        scheme = eligibility.scheme
        if scheme is None or eligibility.ineligible or await self._is_kept_out(viewer.owner, scheme):
            return None
        key = ClubKey(viewer.brand, week.iso, viewer.customer)
        total = await self.read(self.reads.totals, key)
        club = ClubProgress.of(key, week, scheme, self.locale(rules.brand), total)
        needs_opt_in = not scheme.count_before_opt_in
        opted_in_at = await self.ledger.first_opt_in.load(viewer.owner) if needs_opt_in else None
        return club.with_bet(bet, opted_in_at, await self._events(bet, scheme))

    async def _events(self, bet: BetFacts, scheme: Scheme) -> KnownEvents:
        """Return the sports events that a bet is on, if the scheme asks for them."""
        if scheme.events is None or bet.legs is None:
            return NO_EVENTS
        async with self.reads.database.read() as connection:
            return await known_events(connection, untold_markets(bet.legs))

    async def _is_kept_out(self, owner: Owner, scheme: Scheme) -> bool:
        """Return whether the club is not offered to a customer, who is in the scheme's control group."""
        groups = self.shared.control_groups
        if not groups.keeps_out(owner, scheme, has_joined=False):
            return False
        return await self.ledger.first_opt_in.load(owner) is None
