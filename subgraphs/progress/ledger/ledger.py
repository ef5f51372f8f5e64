"""The ledger: bets in, contributions and totals out, in any order, any number of times."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock, SystemClock
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.records.week_definitions import WeekDefinition
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.brand_locks import lock_brands
from subgraphs.progress.adjustment_repository import Adjustment, add_adjustments
from subgraphs.progress.counting.contribution import Bet, BetKey, Contribution, WeekKey
from subgraphs.progress.counting.rulebook import BrandRulebook, KnownCustomers, Rulebook
from subgraphs.progress.counting.rules import ContributionReason
from subgraphs.progress.ledger.batch import AppliedAdjustments, AppliedBatch, new_revisions
from subgraphs.progress.ledger.changes import Change, TotalChange, total_changes, weeks_left
from subgraphs.progress.ledger.claims import Claims, contested_bets, read_claims, store_claims
from subgraphs.progress.ledger.customer_repository import CustomerRepository
from subgraphs.progress.ledger.known_facts import FactReader, default_territories
from subgraphs.progress.ledger.repository import LedgerRepository
from subgraphs.progress.ledger.rulebook_reader import RulebookReader
from subgraphs.progress.models import REFERENCE
from subgraphs.progress.qualification.updater import QualificationUpdater, updater_of

CUSTOMERS_PER_BATCH = 100
BETS_PER_BATCH = 1000
DISPUTED = ContributionReason.DISPUTED


@dataclass(frozen=True, slots=True)
class Ledger:
    """Applies bets, and reassesses stored ones when facts that they depend on have changed.

    Every method runs inside the caller's write transaction and commits nothing.
    """

    repository: LedgerRepository
    rulebooks: RulebookReader
    customers: CustomerRepository
    facts: FactReader
    qualifications: QualificationUpdater

    async def apply_bets(
        self, connection: AsyncConnection, bets: Sequence[Bet], *, held: bool = False
    ) -> AppliedBatch:
        """Apply revisions of bets, in order. Each bet counts in the week in which it was placed.

        Args:
            connection: In a write transaction.
            bets: The revisions.
            held: Whether the transaction has locked their brands already.
        """
        brands = {bet.brand for bet in bets}
        if not held:
            await lock_brands(connection, brands, exclusive=False)
        rulebook = await self.rulebooks.read(connection, brands)
        keys = [(bet.brand, bet.bet_id) for bet in bets]
        stored = await self.repository.bets.contributions(connection, set(keys))
        contested = contested_bets(keys, bets, stored)
        claims = await read_claims(connection, contested, stored) if contested else Claims()
        revisions, applied = new_revisions(keys, bets, stored, rulebook, claims)
        await self._apply(connection, revisions, stored, rulebook, claims)
        return applied

    async def apply_adjustments(
        self, connection: AsyncConnection, adjustments: Sequence[Adjustment]
    ) -> AppliedAdjustments:
        """Apply what people decided about weeks: each adjustment once, however often it arrives."""
        rulebook = await self.lock_rulebook(
            connection, {adjustment.brand_id for adjustment in adjustments}, exclusive=False
        )
        known = [adjustment for adjustment in adjustments if adjustment.brand_id in rulebook.brands]
        new = await add_adjustments(connection, known)
        totals: dict[WeekKey, TotalChange] = {}
        for adjustment in new:
            total = totals.setdefault(adjustment.week, TotalChange(adjustment.decided_at))
            total.total_minor += adjustment.amount_minor
            total.as_of = max(total.as_of, adjustment.decided_at)
        await self.repository.add_to_totals(connection, totals)
        owners = {week[:2] for week in totals}
        territories = await self.customers.territories(connection, owners, default_territories(rulebook))
        await self.qualifications.update(
            connection, set(totals), rulebook, KnownCustomers(territories), set(totals)
        )
        refused = {
            index: f"unknown brand {adjustment.brand_id!r}"
            for index, adjustment in enumerate(adjustments)
            if adjustment.brand_id not in rulebook.brands
        }
        return AppliedAdjustments(len(new), refused)

    async def _apply(
        self,
        connection: AsyncConnection,
        revisions: Mapping[BetKey, Sequence[Bet]],
        stored: Mapping[BetKey, Contribution],
        rulebook: Rulebook,
        claims: Claims,
    ) -> None:
        """Store the contributions of bets, and everything that follows from them."""
        former = [[stored[key].bet] for key in claims.revisions if key in stored]
        customers = await self.facts.of_bets(connection, [*revisions.values(), *former], rulebook)
        assessed = await self._assess(
            connection, list(revisions.values()), rulebook, customers, claims.disputed()
        )
        changes = [
            Change(stored.get(key), contribution)
            for key, contribution in zip(revisions, assessed, strict=True)
        ]
        changed_weeks, left = await self._store(connection, changes, rulebook, customers)
        if claims.revisions:
            await store_claims(connection, claims, rulebook)
        await self.qualifications.update(connection, changed_weeks, rulebook, customers, changed_weeks & left)

    async def lock_rulebook(
        self, connection: AsyncConnection, brands: Collection[str], *, exclusive: bool
    ) -> Rulebook:
        """Lock brands until the transaction ends, and return their rulebook, without unknown brands.

        Args:
            connection: In a write transaction.
            brands: Their ids.
            exclusive: Whether the transaction is about to change facts that bets of the brands depend on.
        """
        await lock_brands(connection, brands, exclusive=exclusive)
        return await self.rulebooks.read(connection, brands)

    async def store_weeks(self, connection: AsyncConnection, definitions: Sequence[WeekDefinition]) -> int:
        """Store what weeks opened with, and reassess bets whose rules have changed because of it.

        Args:
            connection: In a write transaction.
            definitions: Of weeks that have opened.

        Returns:
            How many weeks it changed.
        """
        brands = {definition.brand_id for definition in definitions}
        if not brands:
            return 0
        before = await self.lock_rulebook(connection, brands, exclusive=True)
        changed = await ReferenceWriter(REFERENCE, connection.dialect.name).store_weeks(
            connection, definitions
        )
        if changed:
            await self.reassess_schemes(connection, before)
        return changed

    async def reassess_customers(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Reassess the bets of customers after facts about these customers have changed."""
        ordered = sorted(owners)
        rulebook = await self.lock_rulebook(connection, {owner.brand for owner in ordered}, exclusive=True)
        for start in range(0, len(ordered), CUSTOMERS_PER_BATCH):
            some = ordered[start : start + CUSTOMERS_PER_BATCH]
            contributions = await self.repository.bets.contributions_of_customers(connection, some)
            await self._reassess(connection, contributions, rulebook)

    async def requalify_customers(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Update the qualifications of customers after they have opted in or out."""
        rulebook = await self.lock_rulebook(connection, {owner.brand for owner in owners}, exclusive=True)
        weeks = await self.qualifications.repository.weeks_of(
            connection, [owner for owner in owners if owner.brand in rulebook.brands]
        )
        await self.requalify_weeks(connection, weeks, rulebook)

    async def requalify_weeks(
        self,
        connection: AsyncConnection,
        weeks: Collection[WeekKey],
        rulebook: Rulebook,
        *,
        read_back: bool = False,
    ) -> int:
        """Update the qualifications of weeks; return how many have changed.

        Args:
            connection: In a write transaction.
            weeks: Customers' weeks of locked brands.
            rulebook: From `lock_rulebook(…, exclusive=True)`.
            read_back: Whether to update only weeks that were read back and whose bets have all been applied
                again; by default, these are left alone.
        """
        owners = {week[:2] for week in weeks}
        territories = await self.customers.territories(connection, owners, default_territories(rulebook))
        emptied = weeks if read_back else ()
        customers = KnownCustomers(territories)
        return await self.qualifications.update(
            connection, weeks, rulebook, customers, emptied, read_back=read_back
        )

    async def reassess_schemes(self, connection: AsyncConnection, before: Rulebook) -> None:
        """Reassess the bets of weeks whose rules have changed.

        Args:
            connection: In a write transaction that has changed brands, schemes or weeks.
            before: The rulebook before the change, from `lock_rulebook(…, exclusive=True)`.
        """
        rulebook = await self.lock_rulebook(connection, before.brands, exclusive=True)
        for name in sorted(before.brands):
            was, now = before.brands[name], rulebook.brands[name]
            for iso in await self.repository.bets.weeks(connection, name):
                if not _same_rules(was, now, iso):
                    await self._reassess_week(connection, name, iso, rulebook)

    async def reassess_bets(self, connection: AsyncConnection, keys: Collection[BetKey]) -> None:
        """Reassess bets after a person has decided about them, or more is known of what they are on."""
        rulebook = await self.lock_rulebook(connection, {key[0] for key in keys}, exclusive=True)
        stored = await self.repository.bets.contributions(connection, keys)
        await self._reassess(connection, list(stored.values()), rulebook)

    async def settle_dispute(self, connection: AsyncConnection, key: BetKey) -> None:
        """Give a disputed bet to the customer to whom a person has assigned it."""
        rulebook = await self.lock_rulebook(connection, [key[0]], exclusive=True)
        stored = await self.repository.bets.contributions(connection, [key])
        claims = await read_claims(connection, [key], stored)
        await self._apply(connection, {key: claims.held(key)}, stored, rulebook, claims)

    async def _reassess_week(
        self, connection: AsyncConnection, brand: str, iso: str, rulebook: Rulebook
    ) -> None:
        after = (brand, "")
        while page := await self.repository.bets.contributions_of_week(
            connection, after, iso, BETS_PER_BATCH
        ):
            after = page[-1].bet.key
            await self._reassess(connection, page, rulebook)

    async def _reassess(
        self, connection: AsyncConnection, stored: Sequence[Contribution], rulebook: Rulebook
    ) -> None:
        revisions = [contribution.revisions for contribution in stored]
        customers = await self.facts.of_bets(connection, revisions, rulebook)
        disputed = {
            contribution.bet.key for contribution in stored if contribution.verdict.reason is DISPUTED
        }
        assessed = await self._assess(connection, revisions, rulebook, customers, disputed)
        all_changes = [Change(before, after) for before, after in zip(stored, assessed, strict=True)]
        changes = [
            change
            for change in all_changes
            if change.before != change.after or change.concerns_late_revisions
        ]
        for start in range(0, len(changes), BETS_PER_BATCH):
            await self._store(connection, changes[start : start + BETS_PER_BATCH], rulebook, customers)
        # The weeks of unchanged bets as well: their target may have changed.
        weeks = {before.customer_week for before in stored} | {after.customer_week for after in assessed}
        await self.qualifications.update(connection, weeks, rulebook, customers, weeks)

    async def _assess(
        self,
        connection: AsyncConnection,
        bets: Sequence[Sequence[Bet]],
        rulebook: Rulebook,
        customers: KnownCustomers,
        disputed: Collection[BetKey] = (),
    ) -> list[Contribution]:
        """Return the contributions of bets, in order, respecting people's decisions about late revisions."""
        contributions = [rulebook.assess(revisions, customers) for revisions in bets]
        if late := [contribution.bet.key for contribution in contributions if contribution.has_late_revision]:
            decisions = await self.repository.decisions(connection, late)
            contributions = [
                rulebook.assess(contribution.revisions, customers, decisions[contribution.bet.key])
                if contribution.bet.key in decisions
                else contribution
                for contribution in contributions
            ]
        if not disputed:
            return contributions
        return [
            msgspec.structs.replace(contribution, verdict=contribution.verdict.disputed())
            if contribution.bet.key in disputed
            else contribution
            for contribution in contributions
        ]

    async def _store(
        self,
        connection: AsyncConnection,
        changes: Sequence[Change],
        rulebook: Rulebook,
        customers: KnownCustomers,
    ) -> tuple[set[WeekKey], set[WeekKey]]:
        """Store changes; return the weeks whose totals have changed, and those that a bet may have left."""
        added = [change.after for change in changes if change.before is None]
        changed = [
            change.after for change in changes if change.before is not None and change.before != change.after
        ]
        await self.repository.add(connection, added)
        await self.repository.change(connection, changed)
        late = [change.after for change in changes if change.concerns_late_revisions]
        if late:
            await self._store_late(connection, late, rulebook, customers)
        totals, left = total_changes(changes), weeks_left(changes)
        await self.repository.add_to_totals(connection, totals)
        await self.repository.refresh_times(connection, left)
        return {week for week, total in totals.items() if total.total_minor}, left

    async def _store_late(
        self,
        connection: AsyncConnection,
        late: Sequence[Contribution],
        rulebook: Rulebook,
        customers: KnownCustomers,
    ) -> None:
        """Store the additional rows of bets with late revisions: other revisions, and the review queue."""
        bets = [contribution.bet.key for contribution in late]
        kept = [revision for contribution in late for revision in contribution.kept]
        await self.repository.keep(connection, bets, kept)
        decisions = await self.repository.decisions(connection, bets)
        reviews = [
            rulebook.review(contribution, customers, decisions.get(contribution.bet.key, {}))
            for contribution in late
        ]
        await self.repository.queue(connection, bets, [review for review in reviews if review])


def ledger_of(dialect: str, clock: Clock | None = None) -> Ledger:
    """Return the ledger over a database: `mysql`, `mariadb` or `sqlite`."""
    reader = RulebookReader(dialect, ReferenceRepository(REFERENCE))
    updater = updater_of(dialect, clock or SystemClock())
    customers = CustomerRepository.of(dialect)
    return Ledger(LedgerRepository.of(dialect), reader, customers, FactReader(customers), updater)


def _same_rules(was: BrandRulebook, now: BrandRulebook, iso: str) -> bool:
    """Return whether the bets in a week stay there, and are assessed as before."""
    if _week_settings(was.brand) != _week_settings(now.brand):
        return False
    return now.same_rules(was, now.calendar.week_named(iso))


def _week_settings(brand: Brand) -> tuple[str, str, str]:
    return (brand.time_zone, brand.default_jurisdiction, brand.default_currency)
