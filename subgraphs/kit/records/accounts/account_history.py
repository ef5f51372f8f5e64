"""The history of accounts: every revision, where the account table has only the newest."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import MultiRow, few_at_once
from subgraphs.kit.domain.accounts import Account
from subgraphs.kit.domain.keys import Owner


class AccountChange(NamedTuple):
    """An account at a revision, and the instant from which it applied."""

    revision: int
    account: Account
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountHistory:
    """Reads and writes revisions. Neither order of arrival nor repetition matters."""

    table: Table

    async def remember(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store revisions, including superseded ones; of equal ones, the first stays.

        Args:
            connection: The connection of the transaction that has just stored the accounts: whoever has read
                and locked an account also has all of its revisions.
            rows: Rows with the columns of the account table.
        """
        names = [column.name for column in self.table.columns]
        key = [column.name for column in self.table.primary_key]
        first = {tuple(row[name] for name in key): row for row in reversed(rows)}
        statement = MultiRow.into(connection.dialect.name, self.table)
        await statement.execute(connection, [[first[one][name] for name in names] for one in sorted(first)])

    async def of_owners(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, tuple[AccountChange, ...]]:
        """Return all revisions of accounts, lowest first; unknown customers are absent."""
        c = self.table.c
        found: dict[Owner, list[AccountChange]] = {}
        for brand, customers in few_at_once(owners):
            rows = await connection.execute(
                select(self.table)
                .where(c.brand_id == brand, c.customer_id.in_(customers))
                .order_by(c.customer_id, c.revision)
            )
            for row in rows:
                found.setdefault(Owner(brand, row.customer_id), []).append(_change(row))
        return {owner: tuple(changes) for owner, changes in found.items()}


def _change(row: Any) -> AccountChange:
    account = Account(
        jurisdiction=row.jurisdiction,
        currency=row.currency,
        status=row.status,
        verified=row.verified,
        rg_state=row.rg_state,
        promo_restricted=row.promo_restricted,
    )
    return AccountChange(row.revision, account, row.occurred_at)
