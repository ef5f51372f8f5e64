"""Stores brands, schemes, accounts, exclusions and weeks in a subgraph's own tables."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import MultiRow, few_at_once
from foundation.storage.columns import upsert
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.club_kit.records.week_definitions import WeekDefinition
from subgraphs.kit.domain.keys import Owner


@dataclass(frozen=True, slots=True)
class ReferenceWriter:
    """Writes the read models in the consumer's transaction. The order of arrival does not matter."""

    tables: ReferenceTables
    dialect: str

    async def store_accounts(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> set[Owner]:
        """Store for each customer the row of the highest revision; of equal ones the first stays.

        Args:
            connection: In a write transaction.
            rows: With the columns of the account table.

        Returns:
            The customers whose stored account changed.
        """
        table = self.tables.account
        newest: dict[Owner, Mapping[str, Any]] = {}
        for row in rows:
            owner = Owner(row["brand_id"], row["customer_id"])
            if owner not in newest or row["revision"] > newest[owner]["revision"]:
                newest[owner] = row
        if not newest:
            return set()
        revisions: dict[Owner, int] = {}
        for brand, customers in few_at_once(newest):
            stored = await connection.execute(
                select(table.c.customer_id, table.c.revision)
                .where(table.c.brand_id == brand, table.c.customer_id.in_(customers))
                .with_for_update()
            )
            revisions |= {Owner(brand, row.customer_id): row.revision for row in stored}
        fresh = {owner: row for owner, row in newest.items() if row["revision"] > revisions.get(owner, -1)}
        names = [column.name for column in table.columns]
        statement = MultiRow.into(
            self.dialect, table, update=tuple(c.name for c in table.columns if not c.primary_key)
        )
        ordered = [fresh[owner] for owner in sorted(fresh)]
        await statement.execute(connection, [[row[name] for name in names] for row in ordered])
        return set(fresh)

    async def store_exclusions(
        self, connection: AsyncConnection, chosen: Mapping[Owner, Collection[ChosenExclusion]]
    ) -> set[Owner]:
        """Add what customers chose in the wallet. Nothing that was told before is shortened or removed.

        The accounts are locked first: whoever decides by an account that they hold decides before it or
        after it.

        Args:
            connection: In a write transaction.
            chosen: Of each customer, all that a message says, or several of them.

        Returns:
            The customers of whom something was not stored yet.
        """
        account, table = self.tables.account.c, self.tables.exclusion
        ends: dict[tuple[str, str, str, str, datetime], datetime] = {}
        for brand, customers in few_at_once(chosen):
            mine = (account.brand_id == brand, account.customer_id.in_(customers))
            await connection.execute(select(account.revision).where(*mine).with_for_update())
            stored = select(table).where(table.c.brand_id == brand, table.c.customer_id.in_(customers))
            ends |= {tuple(row)[:5]: row.ends_at for row in await connection.execute(stored)}
        fresh: dict[tuple[str, str, str, str, datetime], datetime] = {}
        for owner, exclusions in chosen.items():
            for exclusion in exclusions:
                key = (*owner, exclusion.kind, exclusion.product or "", exclusion.since)
                if key not in ends or ends[key] < exclusion.until:
                    ends[key] = fresh[key] = exclusion.until
        statement = MultiRow.into(self.dialect, table, update=("ends_at",))
        await statement.execute(connection, [[*key, fresh[key]] for key in sorted(fresh)])
        return {Owner(brand, customer) for brand, customer, *_ in fresh}

    async def forget_exclusions(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        """Delete what erased customers chose, of whom nothing runs any more."""
        table = self.tables.exclusion
        for brand, customers in few_at_once(owners):
            theirs = table.c.brand_id == brand, table.c.customer_id.in_(customers)
            await connection.execute(delete(table).where(*theirs))

    async def store_schemes(
        self,
        connection: AsyncConnection,
        brands: Sequence[Mapping[str, Any]],
        schemes: Sequence[Mapping[str, Any]],
    ) -> set[tuple[str, str, str]]:
        """Add new scheme versions, and the newest facts of their brands.

        A stored version is never changed.

        Args:
            connection: In a write transaction.
            brands: With the columns of the brand table.
            schemes: With the columns of the scheme table.

        Returns:
            (brand, jurisdiction, currency) of each scheme that got a new version.
        """
        await self._store_brands(connection, brands)
        table = self.tables.scheme
        key = tuple_(table.c.brand_id, table.c.jurisdiction, table.c.currency, table.c.version)
        names = ("brand_id", "jurisdiction", "currency", "version")
        first: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for row in schemes:
            first.setdefault(tuple(row[name] for name in names), row)
        if not first:
            return set()
        rows = await connection.execute(
            select(*(table.c[name] for name in names)).where(key.in_(sorted(first))).with_for_update()
        )
        known = {tuple(row) for row in rows}
        fresh = sorted(set(first) - known)
        if fresh:
            await connection.execute(upsert(self.dialect, table, [first[version] for version in fresh]))
        return {(brand, jurisdiction, currency) for brand, jurisdiction, currency, _ in fresh}

    async def store_weeks(self, connection: AsyncConnection, definitions: Iterable[WeekDefinition]) -> int:
        """Store for each week the definition that opened first, in whatever order they arrive.

        Args:
            connection: In a write transaction.
            definitions: Of weeks that have opened.

        Returns:
            How many weeks changed.
        """
        table = self.tables.week_definition
        first: dict[tuple[str, ...], WeekDefinition] = {}
        for definition in definitions:
            first[definition.key] = min(first.get(definition.key, definition), definition, key=_opened_first)
        if not first:
            return 0
        key = tuple_(table.c.brand_id, table.c.iso_week, table.c.jurisdiction, table.c.currency)
        rows = await connection.execute(select(table).where(key.in_(sorted(first))).with_for_update())
        stored = {
            week_definition.key: week_definition for week_definition in (WeekDefinition(*row) for row in rows)
        }
        fresh = [
            first[week].row()
            for week in sorted(first)
            if week not in stored or _opened_first(first[week]) < _opened_first(stored[week])
        ]
        if fresh:
            columns = [c.name for c in table.columns if not c.primary_key]
            await connection.execute(upsert(self.dialect, table, fresh, update=columns))
        return len(fresh)

    async def time_zones(self, connection: AsyncConnection, brands: Collection[str]) -> dict[str, str]:
        """Return the time zones by which the weeks of brands are measured."""
        c = self.tables.brand.c
        rows = await connection.execute(select(c.brand_id, c.time_zone).where(c.brand_id.in_(sorted(brands))))
        return {row.brand_id: row.time_zone for row in rows}

    async def _store_brands(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store the newest facts of brands, and for each the time zone that was issued first."""
        if not rows:
            return
        table = self.tables.brand
        result = await connection.execute(
            select(table)
            .where(table.c.brand_id.in_(sorted({row["brand_id"] for row in rows})))
            .with_for_update()
        )
        stored = {row["brand_id"]: row for row in map(dict, result.mappings())}
        current: dict[str, Mapping[str, Any]] = dict(stored)
        for row in rows:
            known = current.get(row["brand_id"])
            current[row["brand_id"]] = row if known is None else _brand_facts(known, row)
        fresh = [current[brand] for brand in sorted(current) if current[brand] != stored.get(brand)]
        if fresh:
            columns = [c.name for c in table.columns if not c.primary_key]
            await connection.execute(upsert(self.dialect, table, fresh, update=columns))


def _opened_first(definition: WeekDefinition) -> tuple[datetime, int]:
    """Order definitions of one week by opening, then by version."""
    return (definition.opened_at, definition.scheme_version)


def _brand_facts(known: Mapping[str, Any], row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the newest facts, but with the time zone that was issued first, by which weeks are measured.

    A scheme keeps its time of issue when it is loaded again, so a database that is rebuilt from a compacted
    topic finds the same zone. Of zones issued at the same instant, the first by name counts.
    """
    newest = max(known, row, key=lambda version: version["occurred_at"])  # of equal ones the first
    zone = min(known, row, key=lambda version: (_zone_issued_at(version), version["time_zone"]))
    return {**newest, "time_zone": zone["time_zone"], "zone_issued_at": _zone_issued_at(zone)}


def _zone_issued_at(row: Mapping[str, Any]) -> datetime:
    """Return when a zone was issued; for rows of an older version, when their newest facts were issued."""
    issued_at: datetime = row.get("zone_issued_at") or row["occurred_at"]
    return issued_at
