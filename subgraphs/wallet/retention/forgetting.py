"""What goes when its term is over: all that was kept of an erased customer, one account at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.division import ByCustomer
from foundation.storage.cells.pseudonym import PSEUDONYM_PREFIX
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_customer
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.retention_terms import over_before
from subgraphs.wallet.closing.chain import begin_anew
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.limits.facts.exclusions import clear_exclusions
from subgraphs.wallet.limits.records import of_owner
from subgraphs.wallet.models import (
    CLOSES,
    CUSTOMER_ACCOUNT,
    ERASED_CUSTOMER,
    LIMITS,
    OUTBOX,
    PAYMENTS,
    POSTPONED,
    REFERENCE,
)
from subgraphs.wallet.retention.folding import fold
from subgraphs.wallet.table_rules import TABLE_RULES

log = structlog.get_logger(__name__)
ERASED: Final = LoopName("wallet-upkeep", "erased customers")
BATCH: Final = 20
"""How many customers a round forgets at most."""

FOLDED: Final = "accounts of erased customers were folded"

_OF_CUSTOMERS: Final = tuple(rule.table for rule in TABLE_RULES if isinstance(rule.rows, ByCustomer))


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Forgets what must not be kept any longer; several processes may do so at the same time.

    Terms are those of the database's clock: product time, which a rehearsal moves, forgets nothing.

    Attributes:
        accounts: Customers' accounts.
        clock: The machine's.
        erasure: Tells who was erased.
    """

    database: Database
    accounts: CustomerAccounts
    clock: Clock
    erasure: Erasure

    async def some(self) -> bool:
        """Forget some customers whose term is over; return whether there may be more."""
        limit = await self._loop.widened(BATCH)
        async with self.database.read() as connection:
            now = await self.clock.at(connection)
            due = await _due(connection, now, limit)
        return len(await self._loop.each(due, self._forget)) >= BATCH

    @property
    def _loop(self) -> Loop[Owner]:
        postponed = PostponedItems(self.database, POSTPONED)
        return Loop(name=ERASED, postponed=postponed, clock=self.clock, named=by_customer)

    async def _forget(self, owner: Owner) -> None:
        accounts = await self.accounts.of(owner)
        for currency in sorted({account.currency for account in accounts}):
            await self.accounts.open_house(owner.brand, currency)
            ids = [account.id for account in accounts if account.currency == currency]
            if not await self._fold(owner.brand, currency, ids):
                return  # its time has not run out: the next round comes back
        async with self.database.write() as connection:
            payment = PAYMENTS.payment
            theirs = select(payment.c.payment_id).where(of_owner(payment, owner))
            part = PAYMENTS.part.c
            parts = select(part.part_id).where(part.payment_id.in_(theirs))
            await connection.execute(delete(PAYMENTS.line).where(PAYMENTS.line.c.part_id.in_(parts)))
            for table in (PAYMENTS.part, PAYMENTS.refund, PAYMENTS.case):
                await connection.execute(delete(table).where(table.c.payment_id.in_(theirs)))
            for table in _OF_CUSTOMERS:
                await connection.execute(delete(table).where(of_owner(table, owner)))
        log.info("erased_customer_forgotten", brand=owner.brand, pseudonym=owner.customer)

    async def _fold(self, brand: str, currency: str, ids: list[str]) -> bool:
        """Fold accounts, and forget whose they were; return whether that was possible."""
        into = house_account(brand, currency, AccountCode.ERASED)
        async with self.database.write() as connection:
            if not await fold(connection, ids, into):
                return False
            theirs = CUSTOMER_ACCOUNT.c.account_id.in_(ids)
            await connection.execute(delete(CUSTOMER_ACCOUNT).where(theirs))
            await begin_anew(connection, CLOSES, FOLDED)
        return True

    async def ended_breaks(self, after: Owner | None = None) -> Owner | None:
        """Forget breaks and exclusions of erased customers that have run until now, of some customers.

        Other blocks are told to forget them as soon as none is left.

        Args:
            after: The customer after whom to look; None at the beginning.

        Returns:
            The last customer that was looked at; None at the end.
        """
        async with self.database.write() as connection:
            owners = await _with_ended_breaks(connection, await self.clock.at(connection), after)
            markers = await self.erasure.markers(connection, owners)
            for owner, marker in markers.items():
                table = LIMITS.chosen_break
                theirs = of_owner(table, owner), table.c.since <= marker.erased_at
                now = await self.clock.at(connection)
                await connection.execute(delete(table).where(*theirs, table.c.ends_at <= now))
                left = select(table.c.request_key).where(of_owner(table, owner)).limit(1)
                if (await connection.execute(left)).first() is None:
                    await clear_exclusions(connection, OUTBOX, owner, now)
        return owners[-1] if len(owners) == BATCH else None


async def _due(connection: AsyncConnection, now: datetime, limit: int) -> list[Owner]:
    """Return erased customers whose term is over, the first to have gone first."""
    c = ERASED_CUSTOMER.c
    found: list[Owner] = []
    for (jurisdiction,) in await connection.execute(select(c.jurisdiction).distinct()):
        query = (
            select(c.brand_id, c.customer_id)
            .where(c.jurisdiction == jurisdiction, c.erased_at < over_before(jurisdiction, now))
            .order_by(c.erased_at, c.brand_id, c.customer_id)
            .limit(limit - len(found))
        )
        found += [Owner(*row) for row in await connection.execute(query)]
        if len(found) == limit:
            break
    return found


async def _with_ended_breaks(connection: AsyncConnection, now: datetime, after: Owner | None) -> list[Owner]:
    """Return customers without an account message who have had a break, by brand and id."""
    c, account = LIMITS.chosen_break.c, REFERENCE.account.c
    query = (
        select(c.brand_id, c.customer_id)
        .outerjoin_from(
            LIMITS.chosen_break,
            REFERENCE.account,
            (account.brand_id == c.brand_id) & (account.customer_id == c.customer_id),
        )
        .where(account.brand_id.is_(None), c.ends_at <= now, ~c.customer_id.startswith(PSEUDONYM_PREFIX))
        .group_by(c.brand_id, c.customer_id)
        .order_by(c.brand_id, c.customer_id)
        .limit(BATCH)
    )
    if after is not None:
        further = (c.brand_id > after.brand) | (
            (c.brand_id == after.brand) & (c.customer_id > after.customer)
        )
        query = query.where(further)
    return [Owner(*row) for row in await connection.execute(query)]
