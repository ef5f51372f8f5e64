"""Builds the bus according to the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from subgraphs.kit.live.event_bus import CustomersChanged, EventBus, MemoryBus
from subgraphs.kit.live.settings import LiveSettings, RedisSettings
from subgraphs.kit.live.valkey_bus import ValkeyBus
from subgraphs.kit.live.watches import Watches


def open_bus(redis: RedisSettings | None = None, live: LiveSettings | None = None) -> EventBus:
    """Return the bus of a process with streams, not yet started.

    Args:
        redis: The server's settings; from the environment by default.
        live: The settings of live updates; from the environment by default.
    """
    redis, live = redis or RedisSettings(), live or LiveSettings()
    watches = Watches(live.spread_per_second)
    if redis.url is None:
        return MemoryBus(watches)
    return ValkeyBus(redis.url.get_secret_value(), live.channel, watches)


def open_publisher() -> EventBus | None:
    """Return the bus of a process without streams, not yet started; None if there are no receivers."""
    redis, live = RedisSettings(), LiveSettings()
    if redis.url is None:
        return None
    return ValkeyBus(redis.url.get_secret_value(), live.channel, listens=False)


@asynccontextmanager
async def publishing() -> AsyncIterator[CustomersChanged | None]:
    """Yield a function that notifies all processes of changed customers; None if there are no receivers."""
    bus = open_publisher()
    if bus is None:
        yield None
        return
    await bus.start()
    try:
        yield bus.customers_changed
    finally:
        await bus.close()
