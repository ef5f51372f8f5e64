"""Replaces the published content of a reward's version in one locale, in the consumer's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import Edition, RewardContent
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

PUBLISHED, SUPERSEDED = "published", "superseded"


@dataclass(frozen=True, slots=True)
class PublishedContentKey:
    """The content of a reward's version in one locale; the version None stands for the reward's first."""

    brand: str
    reward_id: str
    locale: str
    version: int | None


@dataclass(frozen=True, slots=True)
class PublishedContent:
    """Replaces content. Earlier revisions stay as rows that are not shown."""

    table: Table = REWARD_CONTENT
    catalogue: CatalogueRepository = field(
        default_factory=lambda: CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    )

    async def replace(
        self,
        connection: AsyncConnection,
        key: PublishedContentKey,
        editions: Sequence[Edition],
        now: datetime,
    ) -> bool:
        """Let customers see these editions and no others, each from its instant on.

        Args:
            connection: In a write transaction.
            key: Whose content.
            editions: In the order of publication; empty to show none.
            now: Of editions that are due, only the last matters.

        Returns:
            Whether anything changed.
        """
        stored = (await self.catalogue.editions(connection, [key.brand], now))[key.brand]
        wanted_key = (key.reward_id, key.locale, key.version)
        shown = [edition for edition in stored if edition.content.content_key == wanted_key]
        if _effective(shown, now) == _effective(editions, now):
            return False
        await self._supersede(connection, key)
        # Rows without a version belong to that of the row before: those of the reward's first come first.
        first = key.version is None
        for edition in reversed(editions) if first else editions:
            await self.catalogue.publish(connection, key.brand, edition.content, edition.since, first=first)
        return True

    async def _supersede(self, connection: AsyncConnection, key: PublishedContentKey) -> None:
        """Hide the version's rows, and let rows that follow them say which version they belong to."""
        rows = await self._published(connection, key)
        version: int | None = None
        for row in rows:
            version = version if row.config_version is None else row.config_version
            if version == key.version:
                await self._update(connection, row, status=SUPERSEDED)
            elif row.config_version is None:
                await self._update(connection, row, config_version=version)

    async def _published(self, connection: AsyncConnection, key: PublishedContentKey) -> Sequence[Row[Any]]:
        c = self.table.c
        wanted = (
            c.brand_id == key.brand,
            c.reward_id == key.reward_id,
            c.locale == key.locale,
            c.status == PUBLISHED,
        )
        query = select(self.table).where(*wanted).order_by(c.revision).with_for_update()
        return (await connection.execute(query)).all()

    async def _update(self, connection: AsyncConnection, row: Row[Any], **values: object) -> None:
        c = self.table.c
        same = (
            c.brand_id == row.brand_id,
            c.reward_id == row.reward_id,
            c.locale == row.locale,
            c.revision == row.revision,
        )
        await connection.execute(update(self.table).where(*same).values(**values))


def _effective(
    editions: Sequence[Edition], now: datetime
) -> tuple[RewardContent | None, tuple[Edition, ...]]:
    """Return the edition shown now, and those to come."""
    due = [edition for edition in editions if edition.since <= now]
    return due[-1].content if due else None, tuple(edition for edition in editions if edition.since > now)
