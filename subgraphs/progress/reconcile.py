"""Totals against the contributions they are the sums of: drift is found, and set right with an audit row."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from storage.clock import Clock
from storage.columns import upsert
from storage.database import Shard
from subgraphs.progress.ledger_repository import LedgerRepository
from subgraphs.progress.models import CONTRIBUTION, PROGRESS, REPAIR

CUSTOMERS_AT_ONCE = 500
Week = tuple[str, str]
"""Customer and ISO week, of one brand."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a customer's week comes to."""

    total_minor: int
    counted_bets: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """A total that is not the sum of its contributions.

    Attributes:
        stored: what the tracker shows; None where there is no row.
        right: what the contributions come to; None where there are none.
    """

    brand: str
    customer: str
    iso_week: str
    stored: Sums | None
    right: Sums | None
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares, while bets go on being applied: what looks like drift is looked at again with them held."""

    shard: Shard
    dialect: str
    clock: Clock

    async def drift(
        self, *, brand: str | None = None, iso_week: str | None = None, repair: bool = False
    ) -> AsyncIterator[Drift]:
        """Each total that is wrong.

        Args:
            brand: only of this one.
            iso_week: only of this one.
            repair: whether to set them right.
        """
        for name in [brand] if brand is not None else await self._brands():
            after = ""
            while customers := await self._customers(name, after):
                after = customers[-1]
                async with self.shard.read() as connection:
                    suspects = await _differing(connection, name, customers, iso_week)
                if suspects:
                    for found in await self._settled(name, suspects, iso_week, repair=repair):
                        yield found

    async def _settled(
        self, brand: str, suspects: Collection[Week], iso_week: str | None, *, repair: bool
    ) -> list[Drift]:
        """What is wrong also when no bet of the brand can be under way."""
        ledger = LedgerRepository.of(self.dialect)
        async with self.shard.write() as connection:
            await ledger.hold_brands(connection, [brand], exclusive=True)
            customers = sorted({customer for customer, _ in suspects})
            differing = await _differing(connection, brand, customers, iso_week)
            found = [Drift(brand, *week, *sums) for week, sums in sorted(differing.items())]
            if not repair:
                return found
            for drift in found:
                await self._repair(connection, drift)
        return [replace(drift, repaired=True) for drift in found]

    async def _repair(self, connection: AsyncConnection, drift: Drift) -> None:
        key = {"brand_id": drift.brand, "customer_id": drift.customer, "iso_week": drift.iso_week}
        if drift.right is None:
            await connection.execute(delete(PROGRESS).where(*(PROGRESS.c[n] == v for n, v in key.items())))
        else:
            row = {**key, **asdict(drift.right)}
            await connection.execute(upsert(self.dialect, PROGRESS, [row], update=asdict(drift.right)))
        await connection.execute(
            insert(REPAIR).values(
                **key,
                before=_as_json(drift.stored),
                after=_as_json(drift.right),
                repaired_at=self.clock.now(),
            )
        )

    async def _brands(self) -> list[str]:
        both = union(select(PROGRESS.c.brand_id).distinct(), select(CONTRIBUTION.c.brand_id).distinct())
        async with self.shard.read() as connection:
            return sorted((await connection.scalars(both)).all())

    async def _customers(self, brand: str, after: str) -> list[str]:
        """The next customers of a brand who have totals or contributions."""
        found: set[str] = set()
        async with self.shard.read() as connection:
            for table in (PROGRESS, CONTRIBUTION):
                query = (
                    select(table.c.customer_id)
                    .distinct()
                    .where(table.c.brand_id == brand, table.c.customer_id > after)
                    .order_by(table.c.customer_id)
                    .limit(CUSTOMERS_AT_ONCE)
                )
                found |= set((await connection.scalars(query)).all())
        return sorted(found)[:CUSTOMERS_AT_ONCE]


async def _differing(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None
) -> dict[Week, tuple[Sums | None, Sums | None]]:
    """Weeks whose stored sums (first) are not the right ones (second)."""
    stored = await _stored(connection, brand, customers, iso_week)
    right = await _right(connection, brand, customers, iso_week)
    return {
        week: (stored.get(week), right.get(week))
        for week in stored.keys() | right.keys()
        if stored.get(week) != right.get(week)
    }


async def _stored(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None
) -> Mapping[Week, Sums]:
    c = PROGRESS.c
    rows = await connection.execute(
        select(c.customer_id, c.iso_week, c.total_minor, c.counted_bets, c.as_of).where(
            *_among(PROGRESS, brand, customers, iso_week)
        )
    )
    return {(row[0], row[1]): Sums(*row[2:]) for row in rows}


async def _right(
    connection: AsyncConnection, brand: str, customers: Collection[str], iso_week: str | None
) -> Mapping[Week, Sums]:
    c = CONTRIBUTION.c
    counted_bets = func.sum(case((c.counted_minor > 0, 1), else_=0))
    rows = await connection.execute(
        select(c.customer_id, c.iso_week, func.sum(c.counted_minor), counted_bets, func.max(c.occurred_at))
        .where(*_among(CONTRIBUTION, brand, customers, iso_week))
        .group_by(c.customer_id, c.iso_week)
    )
    return {(row[0], row[1]): Sums(int(row[2]), int(row[3]), row[4]) for row in rows}


def _among(
    table: Any, brand: str, customers: Collection[str], iso_week: str | None
) -> list[ColumnElement[bool]]:
    conditions = [table.c.brand_id == brand, table.c.customer_id.in_(sorted(customers))]
    return conditions if iso_week is None else [*conditions, table.c.iso_week == iso_week]


def _as_json(sums: Sums | None) -> dict[str, Any] | None:
    return None if sums is None else {**asdict(sums), "as_of": sums.as_of.isoformat()}
