"""Revisions rise over processes of an adapter, whatever the clocks of their machines say."""

import asyncio
from datetime import UTC, datetime, timedelta

from providers.delivery import TOLD, UNKEPT, Batch, Delivery, Item, Wanted
from providers.registry import find_adapter
from providers.state import MemoryState, Shelf
from providers.status import ProviderStatus
from providers.topics import MARKETS
from tests.providers.exchange.conftest import until
from tests.providers.memory_kafka import MemoryKafka

ITEM = Item(MARKETS.name, "exchange:1.1")
NOON = datetime(2026, 3, 25, 12, tzinfo=UTC)


async def tell_once(kafka: MemoryKafka, shelf: Shelf, clock: datetime) -> int:
    """Let a process tell one market, and keep it; return the revision that it has."""
    status = ProviderStatus("exchange", lambda: clock)
    delivery = Delivery(find_adapter("exchange"), kafka.producing, MemoryState(shelf), status, 0.05)
    assert TOLD not in await delivery.load()
    shelf.entries.pop("1.1", None)

    def take(wanted: Wanted) -> Batch:
        told = b'{"revision": %d}' % wanted.revision
        messages: dict[Item, bytes | None] = {ITEM: told}
        return Batch(messages, {"1.1": told}, frozenset(), wanted.all_entries)

    running = asyncio.create_task(delivery.run(take))
    await until(lambda: "1.1" in shelf.entries)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    revision: int = kafka.latest[MARKETS.name][ITEM.key]["revision"]
    return revision


async def test_a_process_whose_clock_is_behind_goes_on_behind_the_one_before() -> None:
    """Readers would take what it tells for old, and go on showing prices that are."""
    kafka, shelf = MemoryKafka(), Shelf()
    first = await tell_once(kafka, shelf, NOON)
    second = await tell_once(kafka, shelf, NOON - timedelta(minutes=1))
    third = await tell_once(kafka, shelf, NOON + timedelta(minutes=1))
    assert int(NOON.timestamp() * 1000) <= first < second < third


async def test_revisions_of_a_clock_that_was_ahead_are_not_gone_on_with() -> None:
    """Readers would not believe what is told until that time."""
    kafka, shelf = MemoryKafka(), Shelf()
    assert await tell_once(kafka, shelf, NOON + timedelta(days=1)) > int(NOON.timestamp() * 1000)
    assert await tell_once(kafka, shelf, NOON) - int(NOON.timestamp() * 1000) < UNKEPT


async def test_a_process_whose_clock_is_put_right_tells_everything_anew() -> None:
    """As another process would: with a first revision of the right time."""
    kafka, now = MemoryKafka(), NOON + timedelta(days=1)
    status = ProviderStatus("exchange", lambda: now)
    delivery = Delivery(find_adapter("exchange"), kafka.producing, MemoryState(), status, 0.02)
    asked: list[Wanted] = []

    def take(wanted: Wanted) -> Batch:
        asked.append(wanted)
        return Batch({}, {}, frozenset(), wanted.all_entries)

    running = asyncio.create_task(delivery.run(take))
    await until(lambda: len(asked) > 1)
    now, before = NOON, len(asked)
    await until(lambda: len(asked) > before + 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    right = int(NOON.timestamp() * 1000)
    anew = next(wanted for wanted in asked if wanted.revision < right + 1000)
    assert anew.everything
    assert kafka.latest["provider.status.v1"]["exchange"]["first_revision"] == right


async def test_what_was_kept_of_the_revision_may_be_unreadable() -> None:
    """The clock is all that is left then."""
    shelf = Shelf({TOLD: b"no number"})
    assert await tell_once(MemoryKafka(), shelf, NOON) >= int(NOON.timestamp() * 1000)
