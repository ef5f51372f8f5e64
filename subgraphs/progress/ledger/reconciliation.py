"""Compares totals with the sums of their contributions, and repairs totals that have drifted."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.progress.ledger.reconciliation_repository import (
    BrandWeek,
    Sums,
    brands_with_bets,
    customers_with_bets,
    delete_sums,
    differing_sums,
    record_repair,
    store_sums,
)
from subgraphs.progress.ledger.repository import LedgerRepository

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
        ledger = LedgerRepository.of(self.dialect)
        async with self.database.write() as connection:
            await ledger.lock_brands(connection, [brand], exclusive=True)
            customers = sorted({customer for customer, _ in suspects})
            differing = await differing_sums(connection, brand, customers, iso_week)
            found = [Drift(brand, *week, *sums) for week, sums in sorted(differing.items())]
            if not repair:
                return found
            for drift in found:
                await self._repair(connection, drift)
        return [replace(drift, repaired=True) for drift in found]

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
