"""SQL of customers' choices. Catalogue, budgets and announcements have repositories in their subfolders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, and_, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.records.tables import club_columns
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.rewards.budgets import count_choice
from subgraphs.rewards.menu.options import StoredChoice


@dataclass(frozen=True, slots=True)
class ChoiceRepository:
    """Reads and writes of confirmed choices."""

    table: Table

    async def choices(
        self, connection: AsyncConnection, keys: Collection[ClubKey]
    ) -> dict[ClubKey, StoredChoice]:
        """Return the choices of clubs, a few hundred per SELECT; clubs without a choice are absent."""
        c = self.table.c
        key = tuple_(c.brand_id, c.iso_week, c.customer_id)
        choices: dict[ClubKey, StoredChoice] = {}
        for some in in_portions(sorted(keys)):
            for row in await connection.execute(select(self.table).where(key.in_(some))):
                club = ClubKey(row.brand_id, row.iso_week, row.customer_id)
                choices[club] = StoredChoice(row.reward_id, row.config_version, row.version, row.chosen_at)
        return choices

    async def record(
        self, connection: AsyncConnection, key: ClubKey, reward_id: str, config_version: int, at: datetime
    ) -> None:
        """Store a confirmed choice as the next version of the club's choice, and count it in the budgets."""
        c = self.table.c
        values = {"reward_id": reward_id, "config_version": config_version, "chosen_at": at}
        mine = and_(c.brand_id == key.brand, c.customer_id == key.customer, c.iso_week == key.iso_week)
        before = await connection.scalar(select(c.reward_id).where(mine).with_for_update())
        changed = await connection.execute(
            update(self.table).where(mine).values(version=c.version + 1, **values)
        )
        if changed.rowcount == 0:
            await connection.execute(insert(self.table).values(version=1, **club_columns(key), **values))
        await count_choice(connection, key, before, reward_id)

    async def raise_version(self, connection: AsyncConnection, key: ClubKey, version: int) -> None:
        """Let a stored choice have at least a version: clients may have seen lower ones before a loss."""
        c = self.table.c
        mine = and_(c.brand_id == key.brand, c.customer_id == key.customer, c.iso_week == key.iso_week)
        await connection.execute(update(self.table).where(mine, c.version < version).values(version=version))


def choice_lookup(table: Table) -> KeyLookup[ClubKey, StoredChoice | None]:
    """Return the lookup of a club's choice; its value is None if none was made."""
    columns = ("reward_id", "config_version", "version", "chosen_at")  # in the order of a StoredChoice
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _choice)


def _choice(rows: Sequence[Row]) -> StoredChoice | None:
    return StoredChoice(*rows[0]) if rows else None
