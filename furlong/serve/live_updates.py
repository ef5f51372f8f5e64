"""What runs beside served subgraphs: the bus, changes caused by the clock, and periodic reading."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeAlias

import structlog

from foundation.background import cancel_until_ended
from furlong.serve.public_data_watch import watching_public_data
from furlong.topic_plans import PUBLIC_TOPICS
from subgraphs.block_list import BY_NAME
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.rereading import PublicChanges, ReadStates, Rereading
from subgraphs.kit.live.watches import Watches

log = structlog.get_logger(__name__)
READY_SECONDS: Final = 2.0
Work: TypeAlias = Coroutine[Any, Any, None]


def running_beside(
    subgraphs: Sequence[Subgraph], parts: SubgraphParts
) -> list[AbstractAsyncContextManager[None]]:
    """Return what runs while subgraphs are served: watching public data, if there is Kafka, and live updates.

    Args:
        subgraphs: The subgraphs in this process: all of them, or one that is served alone.
        parts: The parts from which they were built.
    """
    if not subgraphs:
        return []

    def changed(brand: str) -> None:
        for subgraph in subgraphs:
            subgraph.changed(brand)

    live = _live_updates(subgraphs, parts)
    if parts.kafka is None:
        return [live]
    tails = [
        block.tailing(parts.kafka, subgraph.book)
        for subgraph in subgraphs
        if subgraph.book is not None and (block := BY_NAME[subgraph.name]).tail
    ]
    return [watching_public_data(parts.kafka, changed, PUBLIC_TOPICS), *tails, live]


@asynccontextmanager
async def _live_updates(subgraphs: Sequence[Subgraph], parts: SubgraphParts) -> AsyncIterator[None]:
    bus = parts.bus
    await bus.start()
    has_streams = any(subgraph.has_subscriptions for subgraph in subgraphs)
    work = _for_own_streams(subgraphs, parts) if has_streams else _for_other_processes(subgraphs, parts)
    tasks = [asyncio.create_task(_logged(each), name="live updates") for each in work]
    try:
        yield
    finally:
        await cancel_until_ended(*tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        await bus.close()


def _for_own_streams(subgraphs: Sequence[Subgraph], parts: SubgraphParts) -> list[Work]:
    """Return the background work of a process with streams: detecting changes that no notice announces."""
    bus, live, watches = parts.bus, parts.live, parts.bus.watches
    if not bus.is_complete:
        advice = "set FURLONG_REDIS_URL, unless this process is the only one"
        log.warning("live_updates_without_notices", reread_seconds=live.reread_seconds, advice=advice)
    every = live.check_seconds if bus.is_complete else live.reread_seconds
    read = stored_states(subgraphs) if len(subgraphs) > 1 else None
    caches = [cache for subgraph in subgraphs for cache in subgraph.caches]
    return [
        Rereading(watches, read, every, live.rereads_per_second).run(),
        PublicChanges(caches, lambda: watches.brands, watches.brand_changed, parts.clock).run(),
        _notice_outages(subgraphs, watches),
    ]


def _for_other_processes(subgraphs: Sequence[Subgraph], parts: SubgraphParts) -> list[Work]:
    """Return the background work of a process without streams: publishing changes of its public data."""
    if not parts.bus.is_complete:
        return []
    caches = [cache for subgraph in subgraphs for cache in subgraph.caches]

    def brands() -> Iterable[str]:
        return {brand for cache in caches for brand in cache.copies}

    return [PublicChanges(caches, brands, parts.bus.brand_changed, parts.clock).run()]


def stored_states(subgraphs: Sequence[Subgraph]) -> ReadStates:
    """Return a function that reads what all subgraphs have stored under watched keys."""
    readers = [subgraph.stored for subgraph in subgraphs if subgraph.stored is not None]

    async def read(keys: Sequence[bytes]) -> list[object]:
        return list(zip(*await asyncio.gather(*(reader(keys) for reader in readers)), strict=True))

    return read


async def _notice_outages(subgraphs: Sequence[Subgraph], watches: Watches) -> None:
    """Notify all streams when a database is back: events sent meanwhile lacked its data."""
    was_away = False
    while True:
        await asyncio.sleep(READY_SECONDS)
        if not watches:
            continue
        away = not all([await subgraph.ready() for subgraph in subgraphs])
        if was_away and not away:
            watches.all_changed()
        was_away = away


async def _logged(work: Work) -> None:
    try:
        await work
    except Exception:
        log.exception("live_updates_stopped")
        raise
