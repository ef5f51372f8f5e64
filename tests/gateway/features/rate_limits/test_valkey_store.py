"""Buckets in Valkey are shared by all processes, and those of a process stand in while it is unavailable."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from foundation.valkey import PAUSE_SECONDS
from gateway.features.rate_limits.buckets import Buckets, MemoryStore, Shortage
from gateway.features.rate_limits.settings import NANOSECONDS, RateLimitRule
from gateway.features.rate_limits.valkey_store import PREFIX, ValkeyStore
from tests.support.examples import examples
from tools.private_valkey import PrivateValkey

PATIENCE_SECONDS = 180.0
HOUR = Buckets(RateLimitRule(by="customer", points=3600, seconds=3600, burst=10), 100)
DAY = Buckets(RateLimitRule(by="class", points=1, seconds=86_400, burst=5), 100)


class Clock:
    """A clock that a test steps."""

    now = 0

    def __call__(self) -> int:
        """The time in nanoseconds."""
        return self.now


@asynccontextmanager
async def store(url: str, seconds: float = PATIENCE_SECONDS) -> AsyncIterator[ValkeyStore]:
    """A store of a process."""
    opened = ValkeyStore.at(url, seconds, MemoryStore(Clock()))
    try:
        yield opened
    finally:
        await opened.close()


async def take(
    opened: ValkeyStore, *charges: tuple[Buckets, str], cost: int = 1, keep: bool = False
) -> Shortage | None:
    """Take points."""
    found = opened.take(charges, cost, keep=keep)
    return await found if inspect.isawaitable(found) else found


def new_key() -> str:
    """A key that no other test has."""
    return uuid.uuid4().hex


async def test_processes_share_their_buckets(valkey: PrivateValkey) -> None:
    """Both together get what a bucket holds; what is refused takes nothing, and what is left expires."""
    key, other = new_key(), new_key()
    async with store(valkey.url) as one, store(valkey.url) as two, Redis.from_url(valkey.url) as client:
        assert await take(one, (DAY, key), cost=2) is None
        assert await take(two, (DAY, key), cost=2) is None
        for each in (one, two):
            shortage = await take(each, (DAY, other), (DAY, key), cost=2)
            assert shortage is not None
            assert shortage.available == 1
            assert 86_000 * NANOSECONDS < shortage.wait <= 86_400 * NANOSECONDS
        assert await take(one, (DAY, other), cost=5) is None
        assert await take(two, (DAY, key), cost=1, keep=True) is None
        assert await take(two, (DAY, key), cost=1) is None
        assert 0 < await client.ttl(f"{PREFIX}{DAY.rule.name}:{key}") <= 5 * 86_400 + 1
        assert (one.decisions, two.decisions, one.alone.decisions) == (3, 4, 0)


async def test_concurrent_requests_get_no_more_than_the_bucket_holds(valkey: PrivateValkey) -> None:
    """A decision is one step of the server."""
    key = new_key()
    async with store(valkey.url) as one, store(valkey.url) as two:
        found = await asyncio.gather(*(take(each, (DAY, key)) for each in (one, two) * 20))
    assert sum(shortage is None for shortage in found) == 5


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(costs=st.lists(st.integers(0, 7), max_size=8))
def test_both_stores_decide_equally(valkey: PrivateValkey, costs: list[int]) -> None:
    """For buckets into which nothing flows meanwhile."""
    key = new_key()

    async def decisions() -> None:
        memory = MemoryStore(Clock())
        async with store(valkey.url) as shared:
            for cost in costs:
                here, there = memory.take([(DAY, key)], cost), await take(shared, (DAY, key), cost=cost)
                assert (here is None) == (there is None)
                if here is not None and there is not None:
                    assert there.available == here.available

    asyncio.run(decisions())


async def test_a_process_decides_alone_while_valkey_is_away(free_port: Callable[[], int]) -> None:
    """By its own buckets, without another attempt for a second."""
    key = new_key()
    async with store(f"redis://127.0.0.1:{free_port()}/0") as opened:
        for _ in range(10):
            assert await take(opened, (HOUR, key)) is None
        assert isinstance(opened.take([(HOUR, key)], 1), Shortage), "decided at once"
        assert (opened.decisions, opened.alone.decisions) == (0, 11)
        clock = opened.alone.clock
        assert isinstance(clock, Clock)
        clock.now += int(PAUSE_SECONDS * NANOSECONDS)
        again = opened.take([(HOUR, key)], 2)
        assert inspect.isawaitable(again), "tried again"
        assert await again is not None


async def test_valkey_that_does_not_answer_holds_nobody_up() -> None:
    """After the time that the settings give it."""
    ended = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, store(f"redis://127.0.0.1:{port}/0", seconds=0.05) as opened:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await take(opened, (HOUR, new_key())) is None
        assert (opened.decisions, opened.alone.decisions) == (0, 1)
        ended.set()
