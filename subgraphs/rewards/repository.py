"""SQL over the catalogue and the choices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Row, Table, and_, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk_sql import in_portions
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.domain.products import Product
from subgraphs.rewards.budgets import move_place
from subgraphs.rewards.catalogue import Catalogue, Edition, RewardConfig, RewardContent, RewardKind
from subgraphs.rewards.options import StoredChoice


@dataclass(frozen=True, slots=True)
class CatalogueRepository:
    """Reads of reward configurations and display content. Each method is one SELECT."""

    config: Table
    content: Table

    async def configs(
        self, connection: AsyncConnection, brands: Collection[str]
    ) -> dict[str, tuple[RewardConfig, ...]]:
        """All versions of all rewards of brands."""
        rows = await connection.execute(select(self.config).where(self.config.c.brand_id.in_(sorted(brands))))
        found: dict[str, list[RewardConfig]] = {brand: [] for brand in brands}
        for row in rows:
            found[row.brand_id].append(_config(row))
        return {brand: tuple(configs) for brand, configs in found.items()}

    async def published(
        self, connection: AsyncConnection, brands: Collection[str], now: datetime
    ) -> dict[str, tuple[RewardContent, ...]]:
        """What is published of brands: of each version and locale the newest revision that is due."""
        editions = await self.editions(connection, brands, now)
        return {brand: Catalogue((), each).contents(now) for brand, each in editions.items()}

    async def editions(
        self, connection: AsyncConnection, brands: Collection[str], now: datetime
    ) -> dict[str, tuple[Edition, ...]]:
        """What is published of brands: of each version and locale what is due, and what is still to come.

        A revision without a version corrects the text of the one before it, due or not.
        """
        c = self.content.c
        rows = await connection.execute(
            select(self.content)
            .where(c.brand_id.in_(sorted(brands)), c.status == "published")
            .order_by(c.brand_id, c.reward_id, c.locale, c.revision)
        )
        found: dict[str, dict[tuple[str, str, int | None], list[Edition]]] = {brand: {} for brand in brands}
        versions: dict[tuple[str, str, str], int | None] = {}
        for row in rows:
            text = (row.brand_id, row.reward_id, row.locale)
            versions[text] = versions.get(text) if row.config_version is None else row.config_version
            content = _content(row, versions[text])
            revisions = found[row.brand_id].setdefault(content.place, [])
            if row.publish_at <= now:
                revisions.clear()
            revisions.append(Edition(content, row.publish_at))
        return {brand: tuple(chain(*each.values())) for brand, each in found.items()}

    async def publish(
        self, connection: AsyncConnection, brand: str, content: RewardContent, at: datetime
    ) -> None:
        """Stores content as the next revision of its reward and locale, published from `at` on."""
        c = self.content.c
        same = (c.brand_id == brand, c.reward_id == content.reward_id, c.locale == content.locale)
        newest = await connection.scalar(select(func.max(c.revision)).where(*same))
        await connection.execute(
            insert(self.content).values(
                brand_id=brand,
                reward_id=content.reward_id,
                locale=content.locale,
                revision=(newest or 0) + 1,
                status="published",
                publish_at=at,
                position=content.position,
                title=content.title,
                summary=content.summary,
                image_url=content.image_url,
                significant_terms=content.significant_terms,
                terms_url=content.terms_url,
                eligible_games=list(content.eligible_games),
                config_version=content.config_version,
            )
        )


@dataclass(frozen=True, slots=True)
class ChoiceRepository:
    """Reads and writes of confirmed choices."""

    table: Table

    async def choices(
        self, connection: AsyncConnection, keys: Collection[ClubKey]
    ) -> dict[ClubKey, StoredChoice]:
        """The choices of clubs; where none was made the key is absent. One SELECT for some hundred clubs."""
        c = self.table.c
        key = tuple_(c.brand_id, c.iso_week, c.customer_id)
        found: dict[ClubKey, StoredChoice] = {}
        for some in in_portions(sorted(keys)):
            for row in await connection.execute(select(self.table).where(key.in_(some))):
                club = ClubKey(row.brand_id, row.iso_week, row.customer_id)
                found[club] = StoredChoice(row.reward_id, row.config_version, row.version, row.chosen_at)
        return found

    async def record(
        self, connection: AsyncConnection, key: ClubKey, reward_id: str, config_version: int, at: datetime
    ) -> None:
        """Stores a confirmed choice as the next version of the club's choice, which takes a place."""
        c = self.table.c
        values = {"reward_id": reward_id, "config_version": config_version, "chosen_at": at}
        mine = and_(c.brand_id == key.brand, c.customer_id == key.customer, c.iso_week == key.iso_week)
        before = await connection.scalar(select(c.reward_id).where(mine).with_for_update())
        changed = await connection.execute(
            update(self.table).where(mine).values(version=c.version + 1, **values)
        )
        if changed.rowcount == 0:
            owner = {"brand_id": key.brand, "customer_id": key.customer, "iso_week": key.iso_week}
            await connection.execute(insert(self.table).values(version=1, **owner, **values))
        await move_place(connection, key, before, reward_id)


def _config(row: Row[Any]) -> RewardConfig:
    return RewardConfig(
        brand=row.brand_id,
        reward_id=row.reward_id,
        version=row.config_version,
        status=row.status,
        kind=RewardKind(row.kind),
        product=Product(row.product),
        value_minor=row.value_minor,
        spins=row.spins,
        currency=row.currency,
        qualifying_product=Product(row.qualifying_product),
        target_minor=row.target_minor,
        jurisdictions=tuple(row.jurisdictions),
        expiry_days=row.expiry_days,
        wagering_multiple=row.wagering_multiple,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        recalled=row.recalled,
    )


def _content(row: Row[Any], version: int | None) -> RewardContent:
    return RewardContent(
        reward_id=row.reward_id,
        locale=row.locale,
        position=row.position,
        title=row.title,
        summary=row.summary,
        image_url=row.image_url,
        significant_terms=row.significant_terms,
        terms_url=row.terms_url,
        eligible_games=tuple(row.eligible_games),
        config_version=version,
    )
