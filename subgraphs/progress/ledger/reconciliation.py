"""Compares totals with the sums of their contributions, and repairs totals that have drifted."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import case, delete, func, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from foundation.storage.clock import Clock
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.kit.records.brand_locks import lock_brands
from subgraphs.progress.adjustment_repository import adjusted_customers, adjustment_sums
from subgraphs.progress.models import ADJUSTMENT, CONTRIBUTION, PROGRESS, REPAIR

BrandWeek: TypeAlias = tuple[str, str]
"""Customer and ISO week, of one brand."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a customer's bets in a week.

    Attributes:
        total_minor: In minor units.
        as_of: Event time of the newest message.
    """

    total_minor: int
    counted_bets: int
    as_of: datetime


async def differing_sums(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None
) -> dict[BrandWeek, tuple[Sums | None, Sums | None]]:
    """Return the weeks whose stored sums differ from those of their contributions, with both."""
    stored = await _stored_sums(connection, brand, customers, iso_week)
    right = await contribution_sums(connection, brand, customers, iso_week)
    return {
        week: (stored.get(week), right.get(week))
        for week in stored.keys() | right.keys()
        if stored.get(week) != right.get(week)
    }


async def contribution_sums(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None = None
) -> Mapping[BrandWeek, Sums]:
    """Return the sums of customers' contributions and adjustments, in all weeks or in one."""
    c = CONTRIBUTION.c
    counted_bets = func.sum(case((c.counted_minor > 0, 1), else_=0))
    rows = await connection.execute(
        select(c.customer_id, c.iso_week, func.sum(c.counted_minor), counted_bets, func.max(c.occurred_at))
        .where(*_among(CONTRIBUTION, brand, customers, iso_week))
        .group_by(c.customer_id, c.iso_week)
    )
    changed = {(row[0], row[1]): Sums(int(row[2]), int(row[3]), row[4]) for row in rows}
    for week, adjusted in (await adjustment_sums(connection, brand, customers, iso_week)).items():
        sums = changed.get(week) or Sums(0, 0, adjusted.as_of)
        total = sums.total_minor + adjusted.amount_minor
        changed[week] = Sums(total, sums.counted_bets, max(sums.as_of, adjusted.as_of))
    return changed


async def _stored_sums(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None
) -> Mapping[BrandWeek, Sums]:
    c = PROGRESS.c
    rows = await connection.execute(
        select(c.customer_id, c.iso_week, c.total_minor, c.counted_bets, c.as_of).where(
            *_among(PROGRESS, brand, customers, iso_week)
        )
    )
    return {(row[0], row[1]): Sums(*row[2:]) for row in rows}


async def store_sums(
    connection: AsyncConnection, brand: str, customer: str, sums: Mapping[str, Sums]
) -> None:
    """Store the totals of a customer's weeks."""
    rows = [
        {"brand_id": brand, "customer_id": customer, "iso_week": iso_week, **asdict(sum_of_week)}
        for iso_week, sum_of_week in sorted(sums.items())
    ]
    if rows:
        columns = ("total_minor", "counted_bets", "as_of")
        await connection.execute(upsert(connection.dialect.name, PROGRESS, rows, update=columns))


async def delete_sums(connection: AsyncConnection, brand: str, customer: str, iso_week: str) -> None:
    """Delete the total of a customer's week."""
    c = PROGRESS.c
    await connection.execute(
        delete(PROGRESS).where(c.brand_id == brand, c.customer_id == customer, c.iso_week == iso_week)
    )


async def record_repair(
    connection: AsyncConnection,
    brand: str,
    week: BrandWeek,
    sums: tuple[Sums | None, Sums | None],
    at: datetime,
) -> None:
    """Record for the audit that a total was repaired, with the sums before and after."""
    before, after = sums
    await connection.execute(
        insert(REPAIR).values(
            brand_id=brand,
            customer_id=week[0],
            iso_week=week[1],
            before=_as_json(before),
            after=_as_json(after),
            repaired_at=at,
        )
    )


async def brands_with_bets(connection: AsyncConnection) -> list[str]:
    """Return the brands that have totals, contributions or adjustments."""
    tables = (PROGRESS, CONTRIBUTION, ADJUSTMENT)
    every = union(*(select(table.c.brand_id).distinct() for table in tables))
    return sorted((await connection.scalars(every)).all())


async def customers_with_bets(connection: AsyncConnection, brand: str, after: str, limit: int) -> list[str]:
    """Return a page of a brand's customers with totals, bets or adjustments: those after the given one."""
    customers_found: set[str] = set()
    for table in (PROGRESS, CONTRIBUTION):
        query = (
            select(table.c.customer_id)
            .distinct()
            .where(table.c.brand_id == brand, table.c.customer_id > after)
            .order_by(table.c.customer_id)
            .limit(limit)
        )
        customers_found |= set((await connection.scalars(query)).all())
    customers_found |= set(await adjusted_customers(connection, brand, after, limit))
    return sorted(customers_found)[:limit]


def _among(
    table: Any, brand: str, customers: Collection[str], iso_week: str | None
) -> list[ColumnElement[bool]]:
    conditions = [table.c.brand_id == brand, table.c.customer_id.in_(sorted(customers))]
    return conditions if iso_week is None else [*conditions, table.c.iso_week == iso_week]


def _as_json(sums: Sums | None) -> dict[str, Any] | None:
    return None if sums is None else {**asdict(sums), "as_of": sums.as_of.isoformat()}


CUSTOMERS_PER_BATCH = 500


@dataclass(frozen=True, slots=True)
class Drift:
    """A total that is not the sum of its contributions.

    Attributes:
        stored: The stored sums; None if there is no row.
        right: The sums of the contributions; None if there are none.
    """

    brand: str
    customer: str
    iso_week: str
    stored: Sums | None
    right: Sums | None
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares while bets are being applied: differing totals are compared again with the brand locked."""

    database: Database
    dialect: str
    clock: Clock

    async def drift(
        self, *, brand: str | None = None, iso_week: str | None = None, repair: bool = False
    ) -> AsyncIterator[Drift]:
        """Return each total that is wrong.

        Args:
            brand: Only of this brand.
            iso_week: Only of this week.
            repair: Whether to repair the totals.
        """
        for name in [brand] if brand is not None else await self._brands():
            after = ""
            while customers := await self._customers(name, after):
                after = customers[-1]
                async with self.database.read() as connection:
                    suspects = await differing_sums(connection, name, customers, iso_week)
                if suspects:
                    for found in await self._confirmed(name, suspects, iso_week, repair=repair):
                        yield found

    async def _confirmed(
        self, brand: str, suspects: Collection[BrandWeek], iso_week: str | None, *, repair: bool
    ) -> list[Drift]:
        """Return the totals that are wrong even while no bet of the brand can be applied."""
        async with self.database.write() as connection:
            await lock_brands(connection, [brand], exclusive=True)
            customers = sorted({customer for customer, _ in suspects})
            differing = await differing_sums(connection, brand, customers, iso_week)
            drifts = [Drift(brand, *week, *sums) for week, sums in sorted(differing.items())]
            if not repair:
                return drifts
            for drift in drifts:
                await self._repair(connection, drift)
        return [replace(drift, repaired=True) for drift in drifts]

    async def _repair(self, connection: AsyncConnection, drift: Drift) -> None:
        if drift.right is None:
            await delete_sums(connection, drift.brand, drift.customer, drift.iso_week)
        else:
            await store_sums(connection, drift.brand, drift.customer, {drift.iso_week: drift.right})
        week = (drift.customer, drift.iso_week)
        await record_repair(connection, drift.brand, week, (drift.stored, drift.right), self.clock.now())

    async def _brands(self) -> list[str]:
        async with self.database.read() as connection:
            return await brands_with_bets(connection)

    async def _customers(self, brand: str, after: str) -> list[str]:
        async with self.database.read() as connection:
            return await customers_with_bets(connection, brand, after, CUSTOMERS_PER_BATCH)
