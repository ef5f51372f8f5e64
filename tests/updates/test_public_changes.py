"""What changes for all customers of a brand is noticed, also if only the time has passed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from foundation.storage.clock import ManualClock
from subgraphs.club_kit.domain.weeks import week_at
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.kit.live.rereading import PublicChanges
from subgraphs.kit.reads.stale_cache import Freshness, StaleCache
from subgraphs.rewards.catalogue.rewards import Catalogue
from subgraphs.rewards.menu.menu_cache import MenuCache
from tests.support.subgraphs.club_samples import BRAND, make_brand, make_config, make_scheme

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
WEEK = week_at(NOW, "Europe/London")
SECOND = timedelta(seconds=1)


class Harness:
    """A cache of a brand's public data, and the notices about it."""

    def __init__(self, value: object) -> None:
        self.value, self.clock = value, ManualClock(NOW)
        self.told: list[Any] = []
        freshness = Freshness(renew=SECOND, stale=2 * SECOND, away=60 * SECOND)
        self.cache: StaleCache[object] = StaleCache(self._read, freshness, self.clock)
        self.changes = PublicChanges([self.cache], lambda: [BRAND], self.told.append, self.clock)

    async def _read(self, _brand: str) -> object:
        return self.value

    async def look_at(self, instant: datetime) -> int:
        """Look at an instant; return how often the brand was told of since the last look."""
        self.clock.instant = instant
        before = len(self.told)
        await self.changes.look()
        return len(self.told) - before


async def test_new_rules_are_told_once() -> None:
    """Equal ones that were read again are not."""
    harness = Harness(BrandRules(make_brand(), (make_scheme(),)))
    assert await harness.look_at(NOW) == 0
    harness.value = BrandRules(make_brand(), (make_scheme(),))
    assert await harness.look_at(NOW + 5 * SECOND) == 0
    harness.value = BrandRules(make_brand(name="Southbet"), (make_scheme(),))
    assert await harness.look_at(NOW + 10 * SECOND) == 1
    assert await harness.look_at(NOW + 15 * SECOND) == 0


async def test_what_was_read_before_anybody_watched_counts_as_seen() -> None:
    """A stream that began with it is notified of later changes."""
    harness = Harness(BrandRules(make_brand(), (make_scheme(),)))
    watched: list[str] = []
    harness.changes = PublicChanges([harness.cache], lambda: watched, harness.told.append, harness.clock)
    await harness.cache.get(BRAND)
    await harness.look_at(NOW)
    harness.value = BrandRules(make_brand(name="Southbet"), (make_scheme(),))
    watched.append(BRAND)
    assert await harness.look_at(NOW + 5 * SECOND) == 1


@pytest.mark.parametrize("minutes", [0, 60])
async def test_a_week_that_ends_and_choices_that_lock_are_told(minutes: int) -> None:
    """Once each, at the first look at or after the instant."""
    harness = Harness(BrandRules(make_brand(), (make_scheme(choice_lock_minutes=minutes),)))
    instants = {WEEK.ends_at, WEEK.ends_at - timedelta(minutes=minutes)}
    for instant in sorted(instants):
        assert await harness.look_at(instant - SECOND) == 0
        assert await harness.look_at(instant) == 1
        assert await harness.look_at(instant + SECOND) == 0


async def test_a_reward_that_starts_or_ends_is_told() -> None:
    """The menu changes then, although nothing is written."""
    starts, ends = NOW + 60 * SECOND, NOW + 120 * SECOND
    config = make_config(effective_from=starts, effective_to=ends)
    harness = Harness(MenuCache(Catalogue((config,), ())))
    times = [NOW, starts - SECOND, starts, ends - SECOND, ends, ends + SECOND]
    assert [await harness.look_at(instant) for instant in times] == [0, 0, 1, 0, 1, 0]
