"""What a brand's rewards are called, and its zone: for texts that people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardContent
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT

REWARD: Final = "reward_id"
FIRST_VERSION: Final = 0
"""Where a text that names no version stands: it is of the first one."""


@dataclass(frozen=True, slots=True)
class BrandWords:
    """Puts names and local times into facts.

    Attributes:
        rewards: The titles of rewards by id; those without a text are absent.
    """

    rewards: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC

    @classmethod
    def of(cls, brand: Brand, contents: Sequence[RewardContent]) -> "BrandWords":
        """Return the words of a brand: of each reward the newest version's title, in its own language."""
        ordered = sorted(
            contents,
            key=lambda text: (text.config_version or FIRST_VERSION, text.locale == brand.default_locale),
        )
        return cls({text.reward_id: text.title for text in ordered}, ZoneInfo(brand.time_zone))

    def in_words(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the reward's title for its id, and with times of the brand's zone."""
        told = {
            name: value.astimezone(self.zone) if isinstance(value, datetime) else value
            for name, value in facts.items()
        }
        reward = facts.get(REWARD)
        return told if reward is None else told | {REWARD: self.rewards.get(reward, reward)}


async def read_words(rewards: Database, brand: str, clock: Clock) -> BrandWords:
    """Return the words of a brand by what its customers read; none of a brand that rewards does not know."""
    async with rewards.read() as connection:
        brands = await ReferenceRepository(REFERENCE).brands(connection, [brand])
        if brand not in brands:
            return BrandWords()
        catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
        published = await catalogue.published(connection, [brand], await clock.at(connection))
        return BrandWords.of(brands[brand], published[brand])
