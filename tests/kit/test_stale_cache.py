"""Public data in memory: never older than promised, renewed in the background, read by one for all."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from foundation.storage.clock import ManualClock
from foundation.storage.errors import DatabaseAway
from subgraphs.kit.reads import stale_cache as holding
from subgraphs.kit.reads.stale_cache import Freshness, StaleCache
from subgraphs.kit.settings import PublicDataSettings

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FRESHNESS = Freshness(renew=2 * SECOND, stale=5 * SECOND, away=60 * SECOND, pause=SECOND)
PATIENCE = 30


class Shelf:
    """What the database says of brands."""

    def __init__(self) -> None:
        self.data: dict[str, str] = {"northbet": "first"}
        self.reads = 0
        self.away = False
        self.open = asyncio.Event()
        self.open.set()
        self.clock = ManualClock(NOW)
        self.held = StaleCache(self.read, FRESHNESS, self.clock)

    async def read(self, brand: str) -> str | None:
        """A brand's data."""
        self.reads += 1
        await self.open.wait()
        if self.away:
            raise DatabaseAway("no answer")
        return self.data.get(brand)

    async def settled(self, reads: int) -> None:
        """Waits until that many reads have ended."""
        async with asyncio.timeout(PATIENCE):
            while self.reads < reads or self.held._reading:  # noqa: ASYNC110 - nothing tells of the end
                await asyncio.sleep(0.001)


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    """A shelf with one brand."""
    shelf = Shelf()
    yield shelf
    await shelf.held.close()


async def test_a_brand_is_read_once_and_held(shelf: Shelf) -> None:
    """While it is fresh nothing is read, and nothing has to be waited for."""
    assert shelf.held.get_fresh("northbet", NOW) is None
    assert await shelf.held.get("northbet") == "first"
    assert await shelf.held.get("northbet") == "first"
    assert shelf.held.get_fresh("northbet", NOW + 2 * SECOND) == "first"
    assert shelf.reads == 1


async def test_a_brand_that_is_not_there_is_asked_for_each_time(shelf: Shelf) -> None:
    """As soon as it is loaded it is found."""
    assert await shelf.held.get("lagunabet") is None
    shelf.data["lagunabet"] = "new"
    assert await shelf.held.get("lagunabet") == "new"


async def test_data_past_their_freshness_are_given_and_renewed(shelf: Shelf) -> None:
    """Nobody waits for the renewal, and the next one has what it brought."""
    await shelf.held.get("northbet")
    shelf.data["northbet"] = "second"
    shelf.clock.advance(3 * SECOND)
    assert shelf.held.get_fresh("northbet", shelf.clock.now()) == "first"
    assert await shelf.held.get("northbet") == "first"
    await shelf.settled(2)
    assert await shelf.held.get("northbet") == "second"


@pytest.mark.parametrize("age", [5.001, 30, 86400])
async def test_nothing_older_than_the_bound_is_given(shelf: Shelf, age: float) -> None:
    """Data that are too old are read again first."""
    await shelf.held.get("northbet")
    shelf.data["northbet"] = "second"
    shelf.clock.advance(timedelta(seconds=age))
    assert shelf.held.get_fresh("northbet", shelf.clock.now()) is None
    assert await shelf.held.get("northbet") == "second"


async def test_a_clock_that_goes_back_makes_nothing_young(shelf: Shelf) -> None:
    """Data from the future are read again."""
    await shelf.held.get("northbet")
    shelf.data["northbet"] = "second"
    shelf.clock.advance(-SECOND)
    assert shelf.held.get_fresh("northbet", shelf.clock.now()) is None
    assert await shelf.held.get("northbet") == "second"


async def test_many_who_ask_at_once_are_one_read(shelf: Shelf) -> None:
    """A hundred requests for a brand that is not held read it once."""
    found = await asyncio.gather(*(shelf.held.get("northbet") for _ in range(100)))
    assert found == ["first"] * 100
    assert shelf.reads == 1


async def test_whoever_is_cancelled_leaves_the_reading_to_the_others(shelf: Shelf) -> None:
    """The read continues for the others."""
    shelf.open.clear()
    one, other = (asyncio.create_task(shelf.held.get("northbet")) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.sleep(0)
    shelf.open.set()
    assert await other == "first"
    assert shelf.reads == 1


async def test_while_the_database_is_away_old_data_serve_up_to_a_longer_bound(shelf: Shelf) -> None:
    """Up to that bound nobody notices the outage; after it, requests fail."""
    await shelf.held.get("northbet")
    shelf.away = True
    for _ in range(29):
        shelf.clock.advance(2 * SECOND)
        assert await shelf.held.get("northbet") == "first"
    shelf.clock.advance(3 * SECOND)
    with pytest.raises(DatabaseAway):
        await shelf.held.get("northbet")
    shelf.away = False
    shelf.clock.advance(SECOND)
    assert await shelf.held.get("northbet") == "first"


async def test_a_database_that_is_away_is_not_asked_by_every_request(
    shelf: Shelf, logged: list[MutableMapping[str, Any]]
) -> None:
    """After a failure it is left alone for a second."""
    await shelf.held.get("northbet")
    shelf.away = True
    shelf.clock.advance(10 * SECOND)
    for _ in range(50):
        assert await shelf.held.get("northbet") == "first"
    assert shelf.reads == 2
    assert [entry["event"] for entry in logged] == ["public_data_not_renewed"]


async def test_a_brand_that_cannot_be_read_at_all_is_an_error(shelf: Shelf) -> None:
    """Without held data, requests fail."""
    shelf.away = True
    with pytest.raises(DatabaseAway):
        await shelf.held.get("northbet")


async def test_equal_data_stay_the_same_object(shelf: Shelf) -> None:
    """What was worked out from them stays good when they are read again."""
    shelf.data["northbet"] = b"first".decode()
    first = await shelf.held.get("northbet")
    shelf.data["northbet"] = b"first".decode()
    assert shelf.data["northbet"] is not first
    await shelf.held.renew()
    assert await shelf.held.get("northbet") is first


async def test_word_of_a_change_brings_it_though_the_data_are_fresh(shelf: Shelf) -> None:
    """Even where the database shows it only later than the word of it arrives."""
    await shelf.held.get("northbet")
    shelf.held.changed("northbet")
    await shelf.settled(2)
    assert await shelf.held.get("northbet") == "first"
    shelf.data["northbet"] = "second"
    async with asyncio.timeout(PATIENCE):
        while shelf.held.get_fresh("northbet", NOW) != "second":  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)


async def test_word_of_a_change_that_never_comes_is_followed_for_a_while_only(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that changes nothing costs a few reads."""
    monkeypatch.setattr(holding, "PAUSES", (0.0, 0.001, 0.001))
    await shelf.held.get("northbet")
    shelf.held.changed("northbet")
    await asyncio.wait_for(asyncio.gather(*shelf.held._following.values()), PATIENCE)
    assert shelf.reads == 4


async def test_word_of_a_change_during_an_outage_is_followed_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failing to read does not end it."""
    monkeypatch.setattr(holding, "PAUSES", (0.0, 0.001))
    await shelf.held.get("northbet")
    shelf.away = True
    shelf.held.changed("northbet")
    await asyncio.wait_for(asyncio.gather(*shelf.held._following.values()), PATIENCE)
    assert shelf.reads == 3
    assert await shelf.held.get("northbet") == "first"


async def test_word_about_a_brand_that_nobody_asked_for_costs_nothing(shelf: Shelf) -> None:
    """It is read when it is asked for."""
    shelf.held.changed("northbet")
    await asyncio.sleep(0)
    assert shelf.reads == 0


def test_the_settings_bound_the_age() -> None:
    """Renewal begins at half the bound; the bound during outages is never the smaller one."""
    freshness = Freshness.from_settings(PublicDataSettings(stale_seconds=8, away_seconds=2))
    assert (freshness.renew, freshness.stale, freshness.away) == (4 * SECOND, 8 * SECOND, 8 * SECOND)
