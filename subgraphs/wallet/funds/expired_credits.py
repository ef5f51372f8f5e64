"""What is left of credits goes back to the house once they have expired.

Nothing is moved while a reservation holds a part of a credit: once that has ended, the rest follows. A stake
that comes back later opens the credit again, which then expires anew (`CustomerAccounts.reopen`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Row, Table, and_, or_, select, update

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.funds.given_credits import expiry
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.tables import LedgerTables

CREDITS: Final = LoopName("wallet-upkeep", "credits")
BATCH: Final = 200
"""How many credits are looked at together."""


@dataclass(frozen=True, slots=True)
class ExpiredCredits:
    """Ends credits that have expired; several processes may do so at the same time.

    Attributes:
        database: Where all of it is.
        table: Of customers' accounts.
        tables: The ledger's.
        ledger: Moves the money.
        accounts: Opens the house's.
        clock: Product time, by which credits expire.
        postponed: What could not be ended.
        changed: Called with the keys of customers whose credits have ended; None if nobody follows.
    """

    database: Database
    table: Table
    tables: LedgerTables
    ledger: Ledger
    accounts: CustomerAccounts
    clock: Clock
    postponed: PostponedItems
    changed: CustomersChanged | None = None

    async def end(self) -> int:
        """End all credits that have expired; return how many are still held by reservations."""
        async with self.database.read() as connection:
            now = await self.clock.at(connection)
        held, last = 0, None
        while page := await self._page(now, last):
            last = page[-1]
            held += len(page) - sum(await self._loop.together(page, partial(self._end, now)))
        return held

    @property
    def _loop(self) -> Loop[Row[Any]]:
        return Loop(name=CREDITS, postponed=self.postponed, clock=self.clock.machine, named=_named)

    async def _end(self, now: datetime, page: Sequence[Row[Any]]) -> int:
        """End some credits; return how many have ended."""
        await self._move(page, now)
        return await self._note(page, now)

    async def _page(self, now: datetime, last: Row[Any] | None) -> Sequence[Row[Any]]:
        """Return the next credits that have expired and not been ended, the first to expire first."""
        c = self.table.c
        due = [c.ended_at.is_(None), c.expires_at <= now]
        if last is not None:
            later = and_(c.expires_at == last.expires_at, c.account_id > last.account_id)
            due.append(or_(c.expires_at > last.expires_at, later))
        page = select(self.table).where(*due).order_by(c.expires_at, c.account_id).limit(BATCH)
        async with self.database.read() as connection:
            return (await connection.execute(page)).all()

    async def _move(self, page: Sequence[Row[Any]], now: datetime) -> None:
        """Move what is left of those that no reservation holds."""
        sums = {
            account.id: account
            for account in await self.ledger.lookup_accounts([row.account_id for row in page])
        }
        moves = []
        for row in page:
            account = sums.get(row.account_id)
            if account is None or account.debits_pending or account.credits_posted == account.debits_posted:
                continue
            await self.accounts.open_house(row.brand_id, row.currency)
            house = house_account(row.brand_id, row.currency, AccountCode.CREDITS)
            moves.append(expiry(account, house, row.credit, now))
        await self.ledger.create_transfers(moves)
        if self.changed is not None and moves:
            self.changed([customer_key(Owner(row.brand_id, row.customer_id)) for row in page])

    async def _note(self, page: Sequence[Row[Any]], now: datetime) -> int:
        """Note which of them have nothing left and reserved; return how many.

        The ledger's rows are locked as its batches lock them: what comes back later finds the note, and
        removes it.
        """
        account, table = self.tables.account, self.table
        empty = (
            select(account.c.id)
            .where(
                account.c.id.in_([row.account_id for row in page]),
                account.c.credits_posted == account.c.debits_posted,
                account.c.debits_pending == 0,
            )
            .order_by(account.c.id)
            .with_for_update()
        )
        async with self.database.write() as connection:
            ids = [row.id for row in await connection.execute(empty)]
            if ids:
                mine = update(table).where(table.c.account_id.in_(ids), table.c.expires_at <= now)
                await connection.execute(mine.values(ended_at=now))
        return len(ids)


def _named(row: Row[Any]) -> str:
    return str(row.account_id)
