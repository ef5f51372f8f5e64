"""SQL of the catalogue: reward versions, their display content, and their status by operators."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final, TypeAlias

from sqlalchemy import Row, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository, StoredMessage, SwitchScope
from subgraphs.rewards.catalogue.rewards import Catalogue, Edition, RewardConfig, RewardContent
from subgraphs.rewards.models import GLOBAL_STATE

KINDS: Final = (GlobalKind.REWARD_STATUS, GlobalKind.SWITCH)
RECALLED: Final = "recalled"
Version: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class OperatorStatuses:
    """What operators decided about the rewards of one brand.

    Attributes:
        versions: The status of a version, and when it was decided.
        rewards_off: The rewards whose kill switch is on.
        brand_off: Whether the kill switch of the brand is on.
    """

    versions: Mapping[Version, tuple[str, datetime]] = field(default_factory=dict)
    rewards_off: frozenset[str] = frozenset()
    brand_off: bool = False

    def applied(self, config: RewardConfig, occurred_at: datetime) -> RewardConfig:
        """Return a version with its status in force.

        Of the upstream's status and the operator's, the later one applies. A recall is permanent, whatever
        comes before or after. While a kill switch is on, nobody can choose the version.

        Args:
            config: The version with the upstream's status.
            occurred_at: When the upstream decided on it.
        """
        status, decided_at = self.versions.get((config.reward_id, config.version), (None, occurred_at))
        if status == RECALLED:
            config = replace(config, status="withdrawn", recalled=True)
        elif status is not None and decided_at >= occurred_at and not config.recalled:
            config = replace(config, status=status)
        off = self.brand_off or config.reward_id in self.rewards_off
        return replace(config, status="paused") if off and config.status == "active" else config


def statuses_by_brand(
    messages: Iterable[StoredMessage], brands: Collection[str]
) -> dict[str, OperatorStatuses]:
    """Group messages of `KINDS` by brand."""
    versions: dict[str, dict[Version, tuple[str, datetime]]] = {brand: {} for brand in brands}
    switched_off: dict[str, set[str]] = {brand: set() for brand in (*brands, ALL_BRANDS)}
    whole: set[str] = set()
    for message in messages:
        state: Mapping[str, Any] = message.state or {}
        if message.kind == GlobalKind.REWARD_STATUS.value:
            version = (state["reward_id"], state["config_version"])
            versions[message.brand][version] = (state["status"], message.decided_at)
        elif state["off"] and state["scope"] == SwitchScope.BRAND.value:
            whole.add(message.brand)
        elif state["off"] and state["scope"] == SwitchScope.REWARD.value:
            switched_off[message.brand].add(state["name"])
    return {
        brand: OperatorStatuses(versions[brand], frozenset(switched_off[brand]), brand in whole)
        for brand in brands
    }


@dataclass(frozen=True, slots=True)
class CatalogueRepository:
    """Reads and publishes reward versions and display content.

    Each read is one SELECT; that of versions has another, of what operators decided.
    """

    config: Table
    content: Table
    decided: GlobalStateRepository = field(default_factory=lambda: GlobalStateRepository(GLOBAL_STATE))

    async def configs(
        self, connection: AsyncConnection, brands: Collection[str]
    ) -> dict[str, tuple[RewardConfig, ...]]:
        """Return all versions of all rewards of brands, each with the status in force."""
        of_brands = select(self.config).where(self.config.c.brand_id.in_(sorted(brands)))
        rows = (await connection.execute(of_brands)).mappings()
        decided = statuses_by_brand(await self.decided.of_brands(connection, KINDS, brands), brands)
        by_brand: dict[str, list[RewardConfig]] = {brand: [] for brand in brands}
        for row in rows:
            brand, config = row["brand_id"], RewardConfig.of(row)
            by_brand[brand].append(decided[brand].applied(config, row["occurred_at"]))
        return {brand: tuple(configs) for brand, configs in by_brand.items()}

    async def rewards_named(
        self, connection: AsyncConnection, brand: str, prefix: str, limit: int
    ) -> list[str]:
        """Return up to `limit` rewards of a brand whose id begins with a text, by a range of the key."""
        c = self.config.c
        begins = (c.reward_id >= prefix, c.reward_id <= prefix + chr(0x10FFFF))
        query = select(c.reward_id).where(c.brand_id == brand, *begins)
        ids = await connection.scalars(query.group_by(c.reward_id).order_by(c.reward_id).limit(limit))
        return list(ids)

    async def published(
        self, connection: AsyncConnection, brands: Collection[str], now: datetime
    ) -> dict[str, tuple[RewardContent, ...]]:
        """Return the published content of brands: of each version and locale the newest revision due."""
        editions = await self.editions(connection, brands, now)
        return {brand: Catalogue((), edition).contents(now) for brand, edition in editions.items()}

    async def editions(
        self, connection: AsyncConnection, brands: Collection[str], now: datetime
    ) -> dict[str, tuple[Edition, ...]]:
        """Return the published content of brands, by version and locale: what is due, and what is to come.

        A revision that names no version corrects the text of the revision before it, whether that is due or
        not.
        """
        c = self.content.c
        rows = await connection.execute(
            select(self.content)
            .where(c.brand_id.in_(sorted(brands)), c.status == "published")
            .order_by(c.brand_id, c.reward_id, c.locale, c.revision)
        )
        by_brand: dict[str, dict[tuple[str, str, int | None], list[Edition]]] = {
            brand: {} for brand in brands
        }
        versions: dict[tuple[str, str, str], int | None] = {}
        for row in rows:
            key = (row.brand_id, row.reward_id, row.locale)
            versions[key] = versions.get(key) if row.config_version is None else row.config_version
            content = _content(row, versions[key])
            revisions = by_brand[row.brand_id].setdefault(content.content_key, [])
            if row.publish_at <= now:
                revisions.clear()
            revisions.append(Edition(content, row.publish_at))
        return {brand: tuple(chain(*editions.values())) for brand, editions in by_brand.items()}

    async def publish(
        self,
        connection: AsyncConnection,
        brand: str,
        content: RewardContent,
        at: datetime,
        *,
        first: bool = False,
    ) -> None:
        """Store content as a revision of its reward and locale, to be published from `at` on.

        Args:
            connection: In a write transaction.
            brand: The brand.
            content: The content.
            at: From when it is shown.
            first: Whether it comes before all other revisions instead of after them.
        """
        c = self.content.c
        same = (c.brand_id == brand, c.reward_id == content.reward_id, c.locale == content.locale)
        numbers = select(func.min(c.revision), func.max(c.revision)).where(*same)
        lowest, highest = (await connection.execute(numbers)).one()
        revision = 1 if highest is None else lowest - 1 if first else highest + 1
        await connection.execute(
            insert(self.content).values(
                brand_id=brand,
                reward_id=content.reward_id,
                locale=content.locale,
                revision=revision,
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


def _content(row: Row[Any], version: int | None) -> RewardContent:
    return with_fields_of(
        RewardContent, row, eligible_games=tuple(row.eligible_games), config_version=version
    )
