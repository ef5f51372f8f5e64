"""A simulated feed on a real RabbitMQ, and the adapter that follows it, in the tests' own process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from providers.adapters.feed import SportsFeedSettings
from providers.delivery import Delivery
from providers.registry import find_adapter
from providers.settings import ProviderSettings
from providers.sports_feed.adapter import SportsFeedAdapter
from providers.state import MemoryState, Shelf, StateStore
from providers.status import ProviderStatus
from providers.topics import FIXTURES, MARKETS, STATUS
from simulator.sports_feed.serve import ServedFeed, serving_feed
from tests.providers.memory_kafka import MemoryKafka
from tests.providers.sports_feed.books_compared import differences, expected, told
from tools.private_rabbitmq import PrivateRabbitmq

FAST: dict[str, Any] = {"inactivity_seconds": 1.0, "recovery_seconds": 1.0, "request_seconds": 0.1}
"""Shorter than settings allow: tests do not wait for what others must."""


async def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nothing says that it begins to hold
            await asyncio.sleep(0.02)


def now() -> datetime:
    """Return machine time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Follower:
    """An adapter with all that it needs; several may run after one another, on the same Kafka and state."""

    served: ServedFeed
    shared: ProviderSettings
    settings: SportsFeedSettings
    kafka: MemoryKafka = field(default_factory=MemoryKafka)
    shelf: Shelf = field(default_factory=Shelf)
    store: StateStore | None = None
    status: ProviderStatus = field(default_factory=lambda: ProviderStatus("feed", now))

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[SportsFeedAdapter]:
        """Run an adapter while the block runs."""
        self.status = ProviderStatus("feed", now)
        adapter = SportsFeedAdapter(self.settings.model_copy(update=settings), self.shared)
        store = self.store or MemoryState(self.shelf)
        declared, seconds = find_adapter("feed"), self.shared.status_seconds
        delivery = Delivery(declared, self.kafka.producing, store, self.status, seconds)
        running = asyncio.create_task(adapter.run(delivery))
        try:
            yield adapter
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert running.cancelled(), running.exception()

    async def until_equal(self) -> None:
        """Wait until all is complete, and what was told is the feed's."""
        try:
            await until(self.is_equal)
        except TimeoutError:
            raise AssertionError("\n".join([str(self.status.health()), *self.differences()[:20]])) from None

    def is_equal(self) -> bool:
        """Return whether nothing is missing now, by the adapter's word and by comparison."""
        status = self.kafka.latest.get(STATUS.name, {}).get("feed", {})
        return self.status.trouble is None and bool(status.get("complete")) and not self.differences()

    def differences(self) -> list[str]:
        """Return where what was told differs from the feed's books."""
        latest = self.kafka.latest
        said = told(latest.get(FIXTURES.name, {}), latest.get(MARKETS.name, {}))
        return differences(said, expected(self.served.world.books()))

    def statuses(self) -> list[dict[str, Any]]:
        """Return all that was told of the adapter itself."""
        return [body for topic, _, body in self.kafka.sent if topic == STATUS.name]

    def reasons(self) -> list[str]:
        """Return why it was incomplete, after it was complete for the first time."""
        found = self.statuses()
        first = next((place for place, status in enumerate(found) if status["complete"]), len(found))
        return [status["reason"] for status in found[first:] if not status["complete"]]


Open: TypeAlias = Callable[..., AbstractAsyncContextManager[Follower]]


@pytest.fixture
def follower(tmp_path: Path, rabbitmq: PrivateRabbitmq) -> Open:
    """A function that serves a feed and makes its follower, by rates and settings."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "feed-token").write_text("guest\n")

    @asynccontextmanager
    async def opened(rate: float = 0.0, **settings: Any) -> AsyncIterator[Follower]:
        folder = tmp_path / "feed"
        async with serving_feed(rabbitmq.url, folder, moves_per_second=rate, alive_seconds=0.2) as served:
            shared = ProviderSettings(
                secret_folder=secrets,
                status_seconds=0.2,
                first_pause_seconds=0.02,
                longest_pause_seconds=0.3,
            )
            known = SportsFeedSettings(
                host="127.0.0.1",
                port=served.port,
                api_url=f"{served.url}/v1",
                authority=folder / "certificate.pem",
                user="guest",
            )
            yield Follower(served, shared, known.model_copy(update=FAST | settings))

    return opened
