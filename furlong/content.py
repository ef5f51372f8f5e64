"""Display content of a world, compared with what is published, and published where it differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from furlong.world import Brand, Content, World
from subgraphs.kit.database import Database
from subgraphs.rewards.catalogue import RewardContent
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.repository import CatalogueRepository

CATALOGUE = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
FAR_FUTURE = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ContentChange:
    """What loading does to the content of one reward in one language: `+` new, `~` changed, `=` as it is."""

    mark: str
    brand: str
    content: RewardContent

    @property
    def reward_id(self) -> str:
        """The reward."""
        return self.content.reward_id

    @property
    def locale(self) -> str:
        """The language."""
        return self.content.locale


async def plan_content(world: World, rewards: Database) -> tuple[ContentChange, ...]:
    """Compares a world's content with the newest published revisions."""
    async with rewards.home.read() as connection:
        stored = await CATALOGUE.published(connection, [brand.id for brand in world.brands], FAR_FUTURE)
    changes = []
    for brand in world.brands:
        known = {(content.reward_id, content.locale): content for content in stored[brand.id]}
        for content in _contents(brand):
            before = known.get((content.reward_id, content.locale))
            mark = "+" if before is None else "=" if before == content else "~"
            changes.append(ContentChange(mark, brand.id, content))
    return tuple(changes)


async def store_content(changes: tuple[ContentChange, ...], rewards: Database, now: datetime) -> None:
    """Publishes new and changed content as the next revision."""
    async with rewards.home.write() as connection:
        for change in changes:
            if change.mark != "=":
                await CATALOGUE.publish(connection, change.brand, change.content, now)


def _contents(brand: Brand) -> Iterator[RewardContent]:
    for content in brand.content:
        for locale, text in content.texts.items():
            yield RewardContent(locale=locale, **_shared(content), **text.model_dump())


def _shared(content: Content) -> dict[str, Any]:
    return {
        "reward_id": content.reward_id,
        "position": content.position,
        "eligible_games": content.eligible_games,
    }
