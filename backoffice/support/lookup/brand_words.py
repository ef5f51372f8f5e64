"""What a brand's rewards are called, and its zone: for texts that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from backoffice.content.known_brands import KnownBrand

REWARD: Final = "reward_id"


@dataclass(frozen=True, slots=True)
class BrandWords:
    """Puts names and local times into facts.

    Attributes:
        rewards: The titles of rewards by id; those without a text are absent.
    """

    rewards: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC

    @classmethod
    def of(cls, known: KnownBrand) -> "BrandWords":
        """Return the words of a brand: of each reward the newest version's title."""
        ordered = sorted(known.configs, key=lambda config: config.version)
        titles = {config.reward_id: title for config in ordered if (title := known.title_of(config))}
        return cls(titles, ZoneInfo(known.brand.time_zone))

    def in_words(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the reward's title for its id, and with times of the brand's zone."""
        told = {
            name: value.astimezone(self.zone) if isinstance(value, datetime) else value
            for name, value in facts.items()
        }
        reward = facts.get(REWARD)
        return told if reward is None else told | {REWARD: self.rewards.get(reward, reward)}
