"""A simulated exchange, and the adapter that follows it, in the tests' own process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from providers.adapters.exchange import ExchangeSettings
from providers.delivery import Delivery
from providers.exchange.adapter import ExchangeAdapter
from providers.registry import find_adapter
from providers.settings import ProviderSettings
from providers.state import MemoryState, Shelf, StateStore
from providers.status import ProviderStatus
from providers.topics import FIXTURES, MARKETS, STATUS
from simulator.exchange.serve import ServedExchange, serving_exchange
from tests.providers.exchange.books_compared import expected, shown, told
from tests.providers.exchange.names_compared import (
    expected_fixtures,
    expected_names,
    told_fixtures,
    told_names,
)
from tests.providers.memory_kafka import MemoryKafka


async def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nothing says that it begins to hold
            await asyncio.sleep(0.02)


def now() -> datetime:
    """Return machine time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class NotingStatus(ProviderStatus):
    """A status that notes what was ever said of names."""

    said: list[str] = field(default_factory=list)

    def names_fail(self, reason: str) -> None:
        """Note what is said."""
        self.said.append(reason)
        ProviderStatus.names_fail(self, reason)


@dataclass(slots=True)
class Follower:
    """An adapter with all that it needs; several may run after one another, on the same Kafka and state."""

    exchange: ServedExchange
    shared: ProviderSettings
    settings: ExchangeSettings
    kafka: MemoryKafka = field(default_factory=MemoryKafka)
    shelf: Shelf = field(default_factory=Shelf)
    store: StateStore | None = None
    status: NotingStatus = field(default_factory=lambda: NotingStatus("exchange", now))

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[ExchangeAdapter]:
        """Run an adapter while the block runs."""
        self.status = NotingStatus("exchange", now)
        adapter = ExchangeAdapter(self.settings.model_copy(update=settings), self.shared)
        store = self.store or MemoryState(self.shelf)
        declared, seconds = find_adapter("exchange"), self.shared.status_seconds
        delivery = Delivery(declared, self.kafka.producing, store, self.status, seconds)
        running = asyncio.create_task(adapter.run(delivery))
        try:
            yield adapter
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert running.cancelled()

    async def until_equal(self, adapter: ExchangeAdapter) -> None:
        """Wait until all is complete, and books, names and what was told are the exchange's."""
        await until(lambda: self.is_equal(adapter) and self.has_names())

    def has_names(self) -> bool:
        """Return whether the names and events that were told are the exchange's."""
        world, latest = self.exchange.stream.world, self.kafka.latest
        return (
            self.status.names is None
            and told_names(latest.get(MARKETS.name, {})) == expected_names(world)
            and told_fixtures(latest.get(FIXTURES.name, {})) == expected_fixtures(world)
        )

    def is_equal(self, adapter: ExchangeAdapter) -> bool:
        """Return whether nothing is missing now, by the adapter's word and by comparison."""
        books = self.exchange.stream.world.books()
        status = self.kafka.latest.get(STATUS.name, {}).get("exchange", {})
        messages = self.kafka.latest.get(MARKETS.name, {})
        return (
            self.status.trouble is None
            and bool(status.get("complete"))
            and shown(adapter.subscription.books) == books
            and told(messages) == expected(books, self.settings.levels)
        )


Open: TypeAlias = Callable[..., AbstractAsyncContextManager[Follower]]


@pytest.fixture
def follower(tmp_path: Path) -> Open:
    """A function that serves an exchange and makes its follower, by rates and settings."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "exchange-app-key").write_text("simulated-key\n")
    (secrets / "exchange-session").write_text("simulated-session\n")

    @asynccontextmanager
    async def opened(rate: float = 0.0, **settings: Any) -> AsyncIterator[Follower]:
        async with serving_exchange(tmp_path / "exchange", moves_per_second=rate) as served:
            shared = ProviderSettings(
                secret_folder=secrets,
                status_seconds=0.2,
                first_pause_seconds=0.02,
                longest_pause_seconds=0.3,
            )
            known: dict[str, Any] = {
                "host": "127.0.0.1",
                "port": served.port,
                "authority": tmp_path / "exchange" / "certificate.pem",
                "heartbeat_ms": 500,
                "catalogue_url": served.catalogue_url,
                **settings,
            }
            yield Follower(served, shared, ExchangeSettings(**known))

    return opened
