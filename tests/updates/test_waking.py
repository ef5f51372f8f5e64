"""Streams are woken in groups: changes are merged, not queued, while streams cannot read them."""

import asyncio

import pytest

from subgraphs.kit.live import waking
from subgraphs.kit.live.watches import Watch, Watches

PATIENCE_SECONDS = 180.0


class Streams:
    """Streams that read when they are let, and note how many changes each reading covers."""

    def __init__(self, customers: int) -> None:
        self.watches, self.may_read = Watches(), asyncio.Event()
        self.keys = [f"northbet:c-{number}".encode() for number in range(customers)]
        self.reading: list[bytes] = []
        self.read: list[int] = []
        self.tasks = [asyncio.create_task(self._follow(self.watches.open(key))) for key in self.keys]

    async def _follow(self, watch: Watch) -> None:
        while True:
            while not watch.has_changed:
                await watch.woken()
            self.reading.append(watch.key)
            await self.may_read.wait()
            self.read.append(watch.take())
            self.watches.has_read(watch)

    async def until_read(self, changes: int) -> None:
        """Wait until the readings have covered a number of changes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(self.read) < changes:  # noqa: ASYNC110 - the streams set no event
                await asyncio.sleep(0.005)

    async def close(self) -> None:
        """End all streams."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.watches.stop()


async def test_only_some_read_at_once_and_the_others_changes_are_merged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each stream reads all its changes once, in the order of the first ones; nothing is lost."""
    monkeypatch.setattr(waking, "MAX_READING", 2)
    monkeypatch.setattr(waking, "GATHER_SECONDS", 0.001)
    streams = Streams(5)
    await asyncio.sleep(0)
    for _ in range(4):
        streams.watches.customers_changed(streams.keys, 0.0)
        await asyncio.sleep(0.01)
    assert streams.reading == streams.keys[:2]
    streams.may_read.set()
    await streams.until_read(20)
    assert streams.reading == streams.keys
    assert streams.read == [4] * 5
    await streams.close()


async def test_streams_that_end_leave_their_place_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that ends before it has read, or before it is woken, holds nobody up."""
    monkeypatch.setattr(waking, "MAX_READING", 1)
    monkeypatch.setattr(waking, "GATHER_SECONDS", 0.001)
    streams = Streams(1)
    first, second, third = (streams.watches.open(b"northbet:other") for _ in range(3))
    waiting = [each.woken() for each in (first, second, third)]
    await asyncio.sleep(0)
    streams.watches.customers_changed([b"northbet:other", *streams.keys], 0.0)
    await asyncio.sleep(0.01)
    assert [each.done() for each in waiting] == [True, False, False]
    streams.may_read.set()
    streams.watches.close(second)
    streams.watches.close(first)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await waiting[2]
    streams.watches.has_read(third)
    await streams.until_read(1)
    waiting[1].cancel()
    await streams.close()


async def test_a_change_after_a_quiet_time_wakes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only further changes wait, and one that was read meanwhile is not read again."""
    monkeypatch.setattr(waking, "GATHER_SECONDS", 0.02)
    streams = Streams(2)
    streams.may_read.set()
    await asyncio.sleep(0)
    streams.watches.customers_changed(streams.keys[:1], 0.0)
    await asyncio.sleep(0)
    assert streams.read == [1]
    streams.watches.customers_changed(streams.keys, 0.0)
    await asyncio.sleep(0)
    assert streams.read == [1]
    await streams.until_read(3)
    assert streams.read == [1, 1, 1]
    await streams.close()
