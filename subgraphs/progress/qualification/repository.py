"""SQL of qualifications, in the transactions that change the facts they follow from."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import (
    JsonRows,
    MultiRow,
    few_at_once,
    json_array,
    listed,
    quote,
    with_keys,
)
from subgraphs.progress.counting.contribution import CustomerKey, WeekKey
from subgraphs.progress.counting.rulebook import Territory
from subgraphs.progress.models import PROGRESS, QUALIFICATION, REFERENCE, WEEK_CLOSING
from subgraphs.progress.qualification.qualification import Qualification, QualificationStatus
from subgraphs.progress.qualification.week_membership import MembershipChange

_PUBLISHED: Final = (
    *("q.revision", "q.status", "q.total_minor", "q.target_minor", "q.currency", "q.jurisdiction"),
    "q.read_back",
)
_PUBLICATION: Final = (
    "LEFT JOIN qualification q "
    "ON q.brand_id=p.brand_id AND q.customer_id=p.customer_id AND q.iso_week=p.iso_week"
)
_HAS_CHANGES: Final = (
    "EXISTS (SELECT 1 FROM membership_change m WHERE m.brand_id=p.brand_id AND m.customer_id=p.customer_id)"
)


class _Change(msgspec.Struct, array_like=True, frozen=True):
    customer: str
    version: int
    opted_in: int
    at: datetime


class StoredWeek(NamedTuple):
    """The total of a customer's week, and its last published qualification.

    Attributes:
        total_minor: In minor units.
        published: None if no qualification was ever published.
    """

    total_minor: int
    published: Qualification | None


class _Row(msgspec.Struct, array_like=True, frozen=True):
    customer: str
    total_minor: int
    revision: int | None
    status: QualificationStatus | None
    published_minor: int | None
    target_minor: int | None
    currency: str | None
    jurisdiction: str | None
    read_back: int | None


@dataclass(frozen=True, slots=True)
class QualificationRepository:
    """Reads and writes of qualifications."""

    dialect: str
    weeks: JsonRows[_Row]
    emptied: JsonRows[_Row]
    changes: JsonRows[_Change]
    stores: MultiRow

    @classmethod
    def of(cls, dialect: str) -> "QualificationRepository":
        """Return the repository for `mysql`, `mariadb` or `sqlite`."""
        week = json_array(dialect, ["p.customer_id", "p.total_minor", *_PUBLISHED])
        emptied = json_array(dialect, ["q.customer_id", "0", *_PUBLISHED])
        change = json_array(dialect, ["customer_id", "version", "opted_in", "at"], ["at"])
        columns = tuple(column.name for column in QUALIFICATION.columns if not column.primary_key)
        return cls(
            dialect=dialect,
            weeks=JsonRows.of(dialect, _Row, week),
            emptied=JsonRows.of(dialect, _Row, emptied),
            changes=JsonRows.of(dialect, _Change, change),
            stores=MultiRow.into(dialect, QUALIFICATION, update=columns),
        )

    async def read(
        self,
        connection: AsyncConnection,
        weeks: Collection[WeekKey],
        least: Mapping[str, int],
        emptied: Collection[WeekKey],
    ) -> dict[WeekKey, StoredWeek]:
        """Return the totals and published qualifications of weeks.

        Weeks without a published qualification are left out if their total is below every target, or if their
        customer has never opted in or out.

        Args:
            connection: In a write transaction that has locked the brands.
            weeks: Customers' weeks.
            least: The lowest target of each brand.
            emptied: The weeks among them that may no longer have any bets, and so no total.
        """
        by_key: dict[WeekKey, StoredWeek] = {}
        for brand, iso, customers in _portions(weeks):
            rows = await self.weeks.few(
                connection,
                f"FROM {self._among(f'progress p {_PUBLICATION}', 'p', brand, iso, customers)} "
                f"AND (q.revision IS NOT NULL OR (p.total_minor>={least[brand]} AND {_HAS_CHANGES}))",
            )
            by_key |= {(brand, row.customer, iso): _stored_week(row) for row in rows}
        for brand, iso, customers in _portions(week for week in emptied if week not in by_key):
            among = self._among("qualification q", "q", brand, iso, customers)
            rows = await self.emptied.few(connection, f"FROM {among}")
            by_key |= {(brand, row.customer, iso): _stored_week(row) for row in rows}
        return by_key

    async def weeks_of(self, connection: AsyncConnection, owners: Collection[CustomerKey]) -> set[WeekKey]:
        """Return the weeks in which customers have placed bets."""
        c = PROGRESS.c
        week_keys: set[WeekKey] = set()
        for brand, customers in few_at_once(owners):
            rows = await connection.execute(
                select(c.customer_id, c.iso_week).where(c.brand_id == brand, c.customer_id.in_(customers))
            )
            week_keys |= {(brand, row[0], row[1]) for row in rows}
        return week_keys

    async def customers_of_week(
        self, connection: AsyncConnection, brand: str, iso_week: str, after: str, limit: int
    ) -> list[str]:
        """Return a page of the customers with a total in a week: those after the given one."""
        c = PROGRESS.c
        rows = await connection.scalars(
            select(c.customer_id)
            .where(c.brand_id == brand, c.iso_week == iso_week, c.customer_id > after, c.total_minor > 0)
            .order_by(c.customer_id)
            .limit(limit)
        )
        return list(rows)

    async def membership_changes(
        self, connection: AsyncConnection, owners: Collection[CustomerKey]
    ) -> dict[CustomerKey, list[MembershipChange]]:
        """Return the opt-ins and opt-outs of customers; those without any are absent."""
        changes: dict[CustomerKey, list[MembershipChange]] = {}
        for brand, customers in few_at_once(owners):
            rows = await self.changes.many(
                connection,
                f"FROM membership_change WHERE brand_id={quote(brand, self.dialect)} "
                f"AND customer_id IN ({listed(customers, self.dialect)})",
            )
            for row in rows:
                change = MembershipChange(row.version, bool(row.opted_in), row.at)
                changes.setdefault((brand, row.customer), []).append(change)
        return changes

    async def closed_territories(
        self, connection: AsyncConnection, brand: str, iso_weeks: Collection[str]
    ) -> set[tuple[str, Territory]]:
        """Return the weeks that have closed, each with a territory for which it has."""
        c = WEEK_CLOSING.c
        rows = await connection.execute(
            select(c.iso_week, c.jurisdiction, c.currency).where(
                c.brand_id == brand, c.iso_week.in_(sorted(iso_weeks)), c.closed_at.is_not(None)
            )
        )
        return {(row.iso_week, (row.jurisdiction, row.currency)) for row in rows}

    async def counts(
        self, connection: AsyncConnection, brand_id: str, iso_week: str | None = None
    ) -> dict[tuple[str, Territory], dict[str, int]]:
        """Return how many customers of a brand have each status, by week and territory.

        It reads an entry of an index for each qualification: of one week, or of all. If a qualification has
        no jurisdiction, it reads the account, whose jurisdiction counts, or else the brand's default.
        """
        q, account, brand = QUALIFICATION, REFERENCE.account, REFERENCE.brand
        same_customer = and_(account.c.brand_id == q.c.brand_id, account.c.customer_id == q.c.customer_id)
        homeless = q.outerjoin(account, same_customer).outerjoin(brand, brand.c.brand_id == q.c.brand_id)
        home = func.coalesce(account.c.jurisdiction, brand.c.default_jurisdiction, "?")
        wanted = (q.c.brand_id == brand_id, *(() if iso_week is None else (q.c.iso_week == iso_week,)))
        # Grouped by the week, which has one value, MariaDB would count in a temporary table.
        week = q.c.iso_week if iso_week is None else literal(iso_week)
        found: dict[tuple[str, Territory], dict[str, int]] = {}
        for tables, jurisdiction, condition in (
            (q, q.c.jurisdiction, q.c.jurisdiction.is_not(None)),
            (homeless, home, q.c.jurisdiction.is_(None)),
        ):
            groups = (jurisdiction, q.c.currency, q.c.status)
            counts = select(week, *groups, func.count()).select_from(tables).where(*wanted, condition)
            counts = counts.group_by(*([week] if iso_week is None else []), *groups)
            for name, where, currency, status, number in await connection.execute(counts):
                statuses = found.setdefault((name, (where, currency)), {})
                statuses[status] = statuses.get(status, 0) + number
        return found

    async def store(
        self, connection: AsyncConnection, qualifications: Mapping[WeekKey, Qualification], at: datetime
    ) -> None:
        """Store the qualifications of weeks."""
        rows = [
            (
                *week,
                counts.revision,
                counts.status.value,
                counts.total_minor,
                counts.target_minor,
                counts.currency,
                at,
                counts.jurisdiction,
                counts.read_back,
            )
            for week, counts in sorted(qualifications.items())
        ]
        await self.stores.execute(connection, rows)

    def _among(self, tables: str, alias: str, brand: str, iso: str, customers: Sequence[str]) -> str:
        wanted = with_keys(self.dialect, tables, f"{alias}.customer_id", customers)
        brand, iso = quote(brand, self.dialect), quote(iso, self.dialect)
        return f"{wanted} AND {alias}.brand_id={brand} AND {alias}.iso_week={iso}"


def _portions(weeks: Iterable[WeekKey]) -> Iterator[tuple[str, str, list[str]]]:
    """Return brands, weeks and as many customers as one statement should name."""
    by_week: dict[str, list[CustomerKey]] = {}
    for brand, customer, iso in weeks:
        by_week.setdefault(iso, []).append((brand, customer))
    for iso in sorted(by_week):
        for brand, customers in few_at_once(by_week[iso]):
            yield brand, iso, customers


def _stored_week(row: _Row) -> StoredWeek:
    total = max(0, row.total_minor)
    if row.revision is None or row.status is None or row.published_minor is None or row.target_minor is None:
        return StoredWeek(total, None)
    published = Qualification(
        row.revision,
        row.status,
        row.published_minor,
        row.target_minor,
        str(row.currency),
        row.jurisdiction,
        read_back=bool(row.read_back),
    )
    return StoredWeek(total, published)
