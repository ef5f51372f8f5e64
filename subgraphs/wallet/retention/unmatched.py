"""Money that is of no payment: who paid or was paid by a report goes when its term is over."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.records.retention_terms import over_before
from subgraphs.wallet.models import PAYMENTS

BATCH: Final = 500
NOWHERE: Final = ""
"""Nobody knows where the payer was: the longest term holds."""


@dataclass(frozen=True, slots=True)
class UnmatchedMoney:
    """Forgets the lines of reports, and the cases, that are of no payment.

    A case that is still open stays, without its details: somebody has to look at the money.

    Attributes:
        clock: The machine's: product time, which a rehearsal moves, forgets nothing.
    """

    database: Database
    clock: Clock

    async def forget(self) -> bool:
        """Forget some; return whether there may be more."""
        async with self.database.write() as connection:
            lines = await self._forget_lines(connection)
            cases = await self._forget_cases(connection)
        return BATCH in {lines, cases}

    async def _forget_lines(self, connection: AsyncConnection) -> int:
        before = over_before(NOWHERE, await self.clock.at(connection)).date()
        c = PAYMENTS.line.c
        key = c.processor, c.line_id
        old = select(*key).where(c.part_id == "", c.day < before).limit(BATCH)
        keys = [tuple(row) for row in await connection.execute(old)]
        if keys:
            await connection.execute(delete(PAYMENTS.line).where(tuple_(*key).in_(keys)))
        return len(keys)

    async def _forget_cases(self, connection: AsyncConnection) -> int:
        before = over_before(NOWHERE, await self.clock.at(connection))
        c = PAYMENTS.case.c
        is_old = c.payment_id == "", c.opened_at < before, c.closed_at.is_not(None) | (c.details != "{}")
        ids = list(await connection.scalars(select(c.case_id).where(*is_old).limit(BATCH)))
        if ids:
            named = c.case_id.in_(ids)
            await connection.execute(delete(PAYMENTS.case).where(named, c.closed_at.is_not(None)))
            await connection.execute(update(PAYMENTS.case).where(named).values(details="{}"))
        return len(ids)
