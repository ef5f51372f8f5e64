"""Keeps qualifications in step with totals, memberships and the closing of weeks, and publishes them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.kit.records.outbox import Outbox
from subgraphs.progress.counting.contribution import WeekKey
from subgraphs.progress.counting.rulebook import KnownCustomers, Rulebook, Territory
from subgraphs.progress.models import OUTBOX
from subgraphs.progress.qualification.earlier_qualifications import stored_qualifiers
from subgraphs.progress.qualification.qualification import (
    Qualification,
    WeekResult,
    can_settle,
    next_qualification,
    qualification_fact,
)
from subgraphs.progress.qualification.repository import QualificationRepository, StoredWeek
from subgraphs.progress.qualification.week_membership import NO_MEMBERSHIP, membership_in
from subgraphs.progress.repository import ProgressRepository


@dataclass(frozen=True, slots=True)
class CustomerWeek:
    """A customer's week, and the scheme that its target comes from.

    Attributes:
        scheme: None if the customer's territory has none.
    """

    key: ClubKey
    week: Week
    territory: Territory
    scheme: Scheme | None
    stored: StoredWeek

    @property
    def index_key(self) -> WeekKey:
        """Return the key in the order of the indexes."""
        return (self.key.brand, self.key.customer, self.key.iso_week)

    @property
    def is_read_back(self) -> bool:
        """Return whether the qualification is known only from the topic."""
        return self.stored.published is not None and self.stored.published.read_back

    @property
    def matters(self) -> bool:
        """Return whether there is a qualification, or one may be due."""
        reached = self.scheme is not None and self.stored.total_minor >= self.scheme.target_minor
        return reached or self.stored.published is not None


@dataclass(frozen=True, slots=True)
class QualificationUpdater:
    """Publishes changes of qualifications in the transaction that makes them true.

    Callers lock the brands (`Ledger.lock_rulebook`), so that the facts about a customer are written in order.
    """

    repository: QualificationRepository
    clock: Clock
    outbox: Outbox = field(default_factory=lambda: Outbox(OUTBOX))
    reads: ProgressRepository = field(default_factory=ProgressRepository)

    async def update(
        self,
        connection: AsyncConnection,
        weeks: Collection[WeekKey],
        rulebook: Rulebook,
        customers: KnownCustomers,
        emptied: Collection[WeekKey] = (),
        *,
        read_back: bool = False,
    ) -> int:
        """Update the qualifications of weeks about which something has changed; return how many have changed.

        Args:
            connection: In a write transaction.
            weeks: The weeks whose totals, memberships, schemes or closing have changed.
            rulebook: The rules of their brands.
            customers: The facts about the customers.
            emptied: The weeks among them that may no longer have any bets.
            read_back: Whether to update only weeks that were read back and whose bets have all been applied
                again; by default, these are left alone.
        """
        least = {name: brand.least_target for name, brand in rulebook.brands.items()}
        stored = await self.repository.read(connection, weeks, least, emptied) if weeks else {}
        customer_weeks = [_customer_week(week, key, rulebook, customers) for week, key in stored.items()]
        candidates = [week for week in customer_weeks if week.matters and week.is_read_back is read_back]
        if not candidates:
            return 0
        changed: dict[WeekKey, Qualification] = {}
        settled: dict[WeekKey, Qualification] = {}
        for one, result in await self._results(connection, candidates):
            published = one.stored.published
            if read_back and published:
                if not can_settle(published, result):
                    continue
                settled[one.index_key] = replace(published, read_back=False)
            if qualification := next_qualification(published, result):
                changed[one.index_key] = qualification
        if not (changed or settled):
            return 0
        now = await self.clock.at(connection)
        await self.repository.store(connection, settled, now)
        await self._publish(connection, changed, now)
        return len(changed)

    async def _results(
        self, connection: AsyncConnection, weeks: Collection[CustomerWeek]
    ) -> list[tuple[CustomerWeek, WeekResult]]:
        changes = await self.repository.membership_changes(connection, {week.key.owner for week in weeks})
        memberships = {week.key: membership_in(changes.get(week.key.owner, []), week.week) for week in weeks}
        # Without a membership and without a published qualification there is nothing to publish.
        weeks = [week for week in weeks if week.stored.published or memberships[week.key] != NO_MEMBERSHIP]
        if not weeks:
            return []
        left = {
            key: membership.left_at
            for key, membership in memberships.items()
            if membership.left_at is not None
        }
        counted = await self.reads.counted_by(connection, left)
        paid_by_hand = await stored_qualifiers(connection, [week.key for week in weeks])
        closed = await self._closed(connection, weeks)
        results = []
        for week in weeks:
            membership = memberships[week.key]
            total = counted.get(week.key, 0) if week.key in left else week.stored.total_minor
            takes_part = (membership.member or week.key in left) and week.key not in paid_by_hand
            is_closed = (week.key.brand, week.week.iso, week.territory) in closed
            results.append((week, _result(week, total, member=takes_part, closed=is_closed)))
        return results

    async def _closed(
        self, connection: AsyncConnection, weeks: Collection[CustomerWeek]
    ) -> set[tuple[str, str, Territory]]:
        """Return the brands, weeks and territories that have closed."""
        found: set[tuple[str, str, Territory]] = set()
        for brand in sorted({week.key.brand for week in weeks}):
            names = {week.week.iso for week in weeks if week.key.brand == brand}
            closed = await self.repository.closed_territories(connection, brand, names)
            found |= {(brand, iso, territory) for iso, territory in closed}
        return found

    async def _publish(
        self, connection: AsyncConnection, changed: Mapping[WeekKey, Qualification], at: datetime
    ) -> None:
        await self.repository.store(connection, changed, at)
        facts = [qualification_fact(week, changed[week], at) for week in sorted(changed)]
        await self.outbox.put_all(connection, facts, at)


def updater_of(dialect: str, clock: Clock) -> QualificationUpdater:
    """Return the updater over a database: `mysql`, `mariadb` or `sqlite`."""
    return QualificationUpdater(QualificationRepository.of(dialect), clock)


def _customer_week(
    week: WeekKey, stored: StoredWeek, rulebook: Rulebook, customers: KnownCustomers
) -> CustomerWeek:
    brand, customer, iso = week
    rules = rulebook.brands[brand]
    territory = customers.territories.get((brand, customer)) or rules.default_territory
    named = rules.calendar.week_named(iso)
    scheme = rules.week_rules(named, territory).scheme
    return CustomerWeek(ClubKey(brand, iso, customer), named, territory, scheme, stored)


def _result(week: CustomerWeek, total: int, *, member: bool, closed: bool) -> WeekResult:
    """Return the result of a week. Without a scheme no reward is due, whatever target was published last."""
    if week.scheme is not None:
        scheme = week.scheme
        return WeekResult(total, scheme.target_minor, scheme.currency, member, closed, scheme.jurisdiction)
    published = week.stored.published
    if published is None:
        jurisdiction, currency = week.territory
        return WeekResult(total, 0, currency, member=False, closed=closed, jurisdiction=jurisdiction)
    return WeekResult(
        total,
        published.target_minor,
        published.currency,
        member=False,
        closed=closed,
        jurisdiction=published.jurisdiction,
    )
