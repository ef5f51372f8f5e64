"""What is known of customers beside their bets, by which these are judged: accounts and memberships."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.accounts import Account
from subgraphs.kit.columns import upsert
from subgraphs.kit.owners import Owner
from subgraphs.kit.plain_sql import fetch, instant, pairs_in
from subgraphs.progress.models import MEMBERSHIP


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """What is known of customers: it may arrive after their bets, and change.

    Attributes:
        accounts: of those that have one here; of the account only where it is at home.
        opted_in_at: when they first joined, of those who did.
    """

    accounts: Mapping[Owner, Account] = field(default_factory=dict)
    opted_in_at: Mapping[Owner, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerRepository:
    """Reads and writes in the consumer's transactions. What is read is held until they end."""

    dialect: str

    async def read(
        self, connection: AsyncConnection, owners: Collection[Owner], *, memberships: bool
    ) -> KnownCustomers:
        """What is known of customers.

        Args:
            connection: in a write transaction.
            owners: the customers.
            memberships: whether they matter.
        """
        if not owners:
            return KnownCustomers()
        of_owners = pairs_in("brand_id", "customer_id", owners, self.dialect) + self._held
        rows = await fetch(
            connection,
            "SELECT brand_id, customer_id, jurisdiction, currency FROM account "  # noqa: S608 - see plain_sql
            f"WHERE {of_owners}",
        )
        accounts = {Owner(row[0], row[1]): Account(row[2], row[3]) for row in rows}
        if not memberships:
            return KnownCustomers(accounts)
        rows = await fetch(
            connection,
            "SELECT brand_id, customer_id, first_opted_in_at FROM membership "  # noqa: S608 - see plain_sql
            f"WHERE {of_owners}",
        )
        return KnownCustomers(accounts, {Owner(row[0], row[1]): instant(row[2]) for row in rows if row[2]})

    async def store_memberships(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[int, set[Owner]]:
        """Keeps, of each customer, the membership of the highest version, the first of equal ones.

        Args:
            connection: in a write transaction.
            rows: with the columns of the membership table.

        Returns:
            How many of the rows were stale, and the customers whose first opt-in is another one now.
        """
        newest: dict[Owner, Mapping[str, Any]] = {}
        for row in rows:
            owner = Owner(row["brand_id"], row["customer_id"])
            if owner not in newest or row["version"] > newest[owner]["version"]:
                newest[owner] = row
        stored = await self._stored(connection, newest)
        fresh = {
            owner: row
            for owner, row in newest.items()
            if owner not in stored or row["version"] > stored[owner][0]
        }
        if fresh:
            columns = [column.name for column in MEMBERSHIP.columns if not column.primary_key]
            ordered = [fresh[owner] for owner in sorted(fresh)]
            await connection.execute(upsert(self.dialect, MEMBERSHIP, ordered, update=columns))
        moved = {
            owner
            for owner, row in fresh.items()
            if row["first_opted_in_at"] != (stored[owner][1] if owner in stored else None)
        }
        return len(rows) - len(fresh), moved

    async def _stored(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, tuple[int, datetime | None]]:
        c = MEMBERSHIP.c
        rows = await connection.execute(
            select(c.brand_id, c.customer_id, c.version, c.first_opted_in_at)
            .where(tuple_(c.brand_id, c.customer_id).in_(sorted(owners)))
            .with_for_update()
        )
        return {Owner(row[0], row[1]): (row[2], row[3]) for row in rows}

    @property
    def _held(self) -> str:
        return "" if self.dialect == "sqlite" else " LOCK IN SHARE MODE"
