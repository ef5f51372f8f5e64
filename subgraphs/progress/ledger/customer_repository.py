"""SQL of facts about customers besides their bets: accounts and memberships."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import JsonRows, few_at_once, json_array, quote, with_keys
from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.counting.contribution import CustomerKey
from subgraphs.progress.counting.rulebook import Territory
from subgraphs.progress.models import MEMBERSHIP, MEMBERSHIP_CHANGE


class _Home(msgspec.Struct, array_like=True, frozen=True):
    customer: str
    jurisdiction: str
    currency: str


class _Joined(msgspec.Struct, array_like=True, frozen=True):
    customer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerRepository:
    """Reads and writes in the consumer's transactions, which lock the memberships that they read."""

    dialect: str
    homes: JsonRows[_Home]
    joined: JsonRows[_Joined]

    @classmethod
    def of(cls, dialect: str) -> "CustomerRepository":
        """Return the repository for `mysql`, `mariadb` or `sqlite`."""
        return cls(
            dialect=dialect,
            homes=JsonRows.of(
                dialect, _Home, json_array(dialect, ["customer_id", "jurisdiction", "currency"])
            ),
            joined=JsonRows.of(
                dialect,
                _Joined,
                json_array(dialect, ["customer_id", "first_opted_in_at"], ["first_opted_in_at"]),
            ),
        )

    async def territories(
        self, connection: AsyncConnection, owners: Collection[CustomerKey], defaults: Mapping[str, Territory]
    ) -> Mapping[CustomerKey, Territory]:
        """Return the territories of customers whose territory is not the default.

        Accounts are not locked: a transaction that changes one reassesses the customer's bets under an
        exclusive lock on the brand, and therefore after this transaction.

        Args:
            connection: In a write transaction that has locked the brands.
            owners: The customers.
            defaults: The default territory of each brand.
        """
        territories: dict[CustomerKey, Territory] = {}
        for brand, customers in few_at_once(owners):
            jurisdiction, currency = (quote(part, self.dialect) for part in defaults[brand])
            rows = await self.homes.few(
                connection,
                f"FROM {self._among('account', brand, customers)} "
                f"AND (jurisdiction<>{jurisdiction} OR currency<>{currency})",
            )
            territories |= {(brand, row.customer): (row.jurisdiction, row.currency) for row in rows}
        return territories

    async def first_opt_ins(
        self, connection: AsyncConnection, owners: Collection[CustomerKey], *, held: bool = True
    ) -> Mapping[CustomerKey, datetime]:
        """Return when customers first opted in; those who never did are absent. Locks them if `held`."""
        times: dict[CustomerKey, datetime] = {}
        for brand, customers in few_at_once(owners):
            rows = await self.joined.few(
                connection,
                f"FROM {self._among('membership', brand, customers)} "
                f"AND first_opted_in_at IS NOT NULL{self._locked if held else ''}",
            )
            times |= {(brand, row.customer): row.at for row in rows}
        return times

    async def store_memberships(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> tuple[int, set[Owner]]:
        """Store the membership of the highest version of each customer; of equal versions the first.

        Args:
            connection: In a write transaction.
            rows: With the columns of the membership table.

        Returns:
            How many of the rows were stale, and the customers whose first opt-in has changed.
        """
        await self._store_changes(connection, rows)
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

    async def _store_changes(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store when each change happened, including changes of stale versions."""
        changes = {
            (row["brand_id"], row["customer_id"], row["version"]): {
                "brand_id": row["brand_id"],
                "customer_id": row["customer_id"],
                "version": row["version"],
                "opted_in": row["opted_in"],
                "at": (row["since"] if row["opted_in"] else row["left_at"]) or row["occurred_at"],
            }
            for row in reversed(rows)
        }
        if changes:
            ordered = [changes[key] for key in sorted(changes)]
            await connection.execute(upsert(self.dialect, MEMBERSHIP_CHANGE, ordered))

    async def _stored(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, tuple[int, datetime | None]]:
        c = MEMBERSHIP.c
        states: dict[Owner, tuple[int, datetime | None]] = {}
        for brand, customers in few_at_once(owners):
            rows = await connection.execute(
                select(c.customer_id, c.version, c.first_opted_in_at)
                .where(c.brand_id == brand, c.customer_id.in_(customers))
                .with_for_update()
            )
            states |= {Owner(brand, row[0]): (row[1], row[2]) for row in rows}
        return states

    def _among(self, table: str, brand: str, customers: Sequence[str]) -> str:
        wanted = with_keys(self.dialect, table, "customer_id", customers)
        return f"{wanted} AND brand_id={quote(brand, self.dialect)}"

    @property
    def _locked(self) -> str:
        return "" if self.dialect == "sqlite" else " LOCK IN SHARE MODE"
