"""Notices reach the streams of every process, over memory and over a real Valkey or Redis."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import pytest

from subgraphs.kit.live import valkey_bus
from subgraphs.kit.live.event_bus import EventBus, MemoryBus
from subgraphs.kit.live.valkey_bus import MAX_WAITING, Notices, ValkeyBus, WaitingNotices, decode, encode
from subgraphs.kit.live.watches import Watch, Watches
from tests.support.tcp_proxy import tcp_proxy
from tools.private_valkey import PrivateValkey

PATIENCE_SECONDS = 180.0
ANN, BEA, OTHER = b"northbet:ann", b"northbet:bea", b"southbet:ann"


@dataclass(frozen=True, slots=True)
class Ends:
    """A process that publishes and one that has streams; with a bus in memory they are the same."""

    here: EventBus
    there: EventBus


def has_counted(watch: Watch, changes: int) -> bool:
    """Whether a watch has counted so many changes."""
    return watch.changes == changes


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


@asynccontextmanager
async def started(*buses: EventBus) -> AsyncIterator[None]:
    """Start buses, and close them after the block."""
    for bus in buses:
        await bus.start()
    yield
    for bus in buses:
        await bus.close()


def channel() -> str:
    """Return a channel that no other test has."""
    return f"test:{uuid.uuid4().hex}"


async def changed(watch: Watch) -> None:
    """Wait as a stream does."""
    while not watch.has_changed:
        await watch.woken()


@pytest.fixture(params=["memory", pytest.param("valkey", marks=pytest.mark.valkey)])
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    """Two ends of each bus, started."""
    if request.param == "memory":
        bus = MemoryBus()
        pair = Ends(bus, bus)
    else:
        url, name = request.getfixturevalue("valkey").url, channel()
        pair = Ends(ValkeyBus(url, name), ValkeyBus(url, name))
    async with started(*dict.fromkeys((pair.here, pair.there))):
        yield pair


async def test_a_change_is_told_to_the_streams_of_its_customer_alone(ends: Ends) -> None:
    """Two streams of the customer hear of it, and those of others do not."""
    first, second, other = (ends.there.watches.open(key) for key in (ANN, ANN, BEA))
    ends.here.customers_changed([ANN, OTHER])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(changed(first), changed(second))
    assert [first.take(), second.take(), other.take()] == [1, 1, 0]


async def test_changes_while_a_stream_is_busy_are_counted_and_told_once(ends: Ends) -> None:
    """The stream learns how many there were, and waits for the next one afterwards."""
    watch = ends.there.watches.open(ANN)
    for number in range(1, 4):
        ends.here.customers_changed([ANN])
        await eventually(partial(has_counted, watch, number))
    await changed(watch)
    assert (watch.take(), watch.take()) == (3, 0)
    waiting = asyncio.create_task(changed(watch))
    await asyncio.sleep(0)
    assert not waiting.done()
    ends.here.customers_changed([ANN])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await waiting


async def test_a_change_of_a_brand_is_told_to_all_its_customers(ends: Ends) -> None:
    """The streams of other brands do not hear of it."""
    ann, bea, other = (ends.there.watches.open(key) for key in (ANN, BEA, OTHER))
    ends.here.brand_changed("northbet")
    await eventually(lambda: ann.changes and bea.changes)
    assert other.changes == 0


async def test_a_stream_that_has_ended_is_told_nothing(ends: Ends) -> None:
    """Its customer is no longer watched, and closing it again does nothing."""
    watch, other = ends.there.watches.open(ANN), ends.there.watches.open(BEA)
    ends.there.watches.close(watch)
    ends.there.watches.close(watch)
    ends.here.customers_changed([ANN, BEA])
    await eventually(lambda: other.changes)
    assert (watch.changes, ends.there.watches.keys, ends.there.watches.brands) == (0, (BEA,), ("northbet",))


async def test_the_time_of_the_first_change_is_known_until_it_is_taken(ends: Ends) -> None:
    """It is when the change was committed, from which the lag is counted."""
    watch, before = ends.there.watches.open(ANN), time.time()
    ends.here.customers_changed([ANN])
    await eventually(lambda: watch.changes)
    assert watch.changed_at is not None
    assert before <= watch.changed_at <= time.time()
    watch.take()
    assert watch.changed_at is None


async def test_a_process_does_not_hear_itself_twice(valkey: PrivateValkey) -> None:
    """Its own streams are notified at once, and not again when the message comes back."""
    bus, other = (ValkeyBus(valkey.url, name) for name in [channel()] * 2)
    async with started(bus, other):
        watch, far = bus.watches.open(ANN), other.watches.open(ANN)
        bus.customers_changed([ANN])
        assert watch.changes == 1
        await eventually(lambda: far.changes)
        other.customers_changed([BEA])  # what comes after its own message
        await eventually(lambda: bus.counts.heard)
        assert watch.changes == 1


async def test_after_a_lost_connection_every_stream_is_told(valkey: PrivateValkey) -> None:
    """Notices may have been lost meanwhile; what this process could not send arrives as well."""
    async with tcp_proxy(valkey.port) as proxy:
        url, name = f"redis://127.0.0.1:{proxy.port}/0", channel()
        here, there = ValkeyBus(url, name), ValkeyBus(url, name)
        async with started(here, there):
            ann, bea = there.watches.open(ANN), there.watches.open(BEA)
            proxy.resets = True
            proxy.cut_all()
            await eventually(lambda: there.counts.is_away)
            here.customers_changed([ANN])
            here.customers_changed([ANN])
            await eventually(lambda: here.counts.faults)
            proxy.resets = False
            await eventually(lambda: not there.counts.is_away)
            await eventually(lambda: bea.changes == 1)
            await eventually(lambda: here.counts.published)
            assert 1 <= ann.changes <= 2
            assert bea.changes == 1


async def test_a_server_that_falls_silent_is_noticed(
    valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that nobody closes, and nobody answers, counts as lost."""
    monkeypatch.setattr(valkey_bus, "SILENCE_SECONDS", 0.2)
    async with tcp_proxy(valkey.port) as proxy:
        bus = ValkeyBus(f"redis://127.0.0.1:{proxy.port}/0", channel())
        async with started(bus):
            assert not bus.counts.is_away
            watch = bus.watches.open(ANN)
            proxy.silent = True
            await eventually(lambda: bus.counts.is_away)
            proxy.silent = False
            await eventually(lambda: watch.changes)


async def test_a_quiet_server_is_left_alone(valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it answers, the connection is kept however long there are no notices."""
    monkeypatch.setattr(valkey_bus, "SILENCE_SECONDS", 0.05)
    async with tcp_proxy(valkey.port) as proxy:
        bus = ValkeyBus(f"redis://127.0.0.1:{proxy.port}/0", channel())
        async with started(bus):
            connections, messages = proxy.connections, proxy.messages
            await eventually(lambda: proxy.messages > messages + 3)
            assert (proxy.connections, bus.counts.faults) == (connections, 0)


async def test_a_bus_whose_server_is_away_starts_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for it for long, and notices still travel within the process."""
    monkeypatch.setattr(valkey_bus, "ANSWER_SECONDS", 0.05)
    bus = ValkeyBus("redis://127.0.0.1:1/0", channel())
    async with started(bus):
        watch = bus.watches.open(ANN)
        bus.customers_changed([ANN])
        assert (watch.changes, bus.counts.is_away) == (1, True)


async def test_a_message_that_is_not_understood_means_everything(valkey: PrivateValkey) -> None:
    """A newer version's process may say it in other words: streams read again what there is."""
    from redis.asyncio import Redis  # noqa: PLC0415 - as the product does

    name = channel()
    bus, client = ValkeyBus(valkey.url, name), Redis.from_url(valkey.url)
    async with started(bus):
        for words in (b"\xc1", b"", encode(Notices(b"x", 0.0, format=2))):
            watch = bus.watches.open(ANN)
            await client.publish(name, words)
            await eventually(partial(has_counted, watch, 1))
            bus.watches.close(watch)
    await client.aclose()


def test_notices_that_wait_are_one_for_each_customer_and_bounded() -> None:
    """Too many of them become one notice for everything."""
    waiting = WaitingNotices(b"me")
    waiting.add(5.0, [ANN, BEA, ANN])
    waiting.add(4.0, [ANN], ["northbet"])
    taken = waiting.take(9.0)
    assert (taken.customers, taken.brands, taken.committed_at) == ((ANN, BEA), ("northbet",), 4.0)
    assert not waiting
    waiting.put_back(taken)
    waiting.add(6.0, (b"northbet:%d" % number for number in range(MAX_WAITING)))
    taken = waiting.take(9.0)
    assert (taken.everything, taken.customers, bool(waiting)) == (True, (), False)
    assert decode(encode(taken)) == taken


def test_a_large_batch_is_sent_in_several_messages() -> None:
    """Together they name each customer once."""
    waiting, sent = WaitingNotices(b"me"), []
    waiting.add(1.0, (b"northbet:%d" % number for number in range(valkey_bus.MAX_IN_MESSAGE + 5)))
    while waiting:
        sent.append(waiting.take(9.0))
    assert [len(each.customers) for each in sent] == [valkey_bus.MAX_IN_MESSAGE, 5]
    assert {each.committed_at for each in sent} == {1.0}


async def test_a_change_for_very_many_is_told_to_some_each_moment() -> None:
    """No more than the rate allows at once, in random order, each customer once."""
    watches = Watches(spread_per_second=200)
    opened = [watches.open(b"northbet:%d" % number) for number in range(40)]
    watches.brand_changed("northbet")
    watches.all_changed()
    told, most = 0, 0
    while told < len(opened):
        await asyncio.sleep(0)
        now = sum(watch.changes for watch in opened)
        most, told = max(most, now - told), now
    await watches.settled()
    assert most == 10
    assert {watch.changes for watch in opened} == {1}
