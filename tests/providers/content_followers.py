"""Simulated providers of content, and an adapter that follows one of them, in the tests' own process."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from jsonschema import Draft202012Validator, FormatChecker

from providers.delivery import Delivery
from providers.registry import find_adapter
from providers.settings import ProviderSettings
from providers.state import MemoryState, Shelf
from providers.status import ProviderStatus
from providers.topics import STATUS
from simulator.content.answers import KEY, SimulatedApi
from simulator.content.serve import ServedContent, serving_content
from simulator.content.webhooks import SECRET
from tests.providers.memory_kafka import MemoryKafka

CONTRACTS: Final = Path(__file__).parents[2] / "contracts" / "providers"
SECRETS: Final = {
    "stats-key": KEY,
    "video-key": KEY,
    "virtual-key": KEY,
    "virtual-webhook-secret": SECRET,
}


def answer_seconds(reason: str) -> float:
    """Return how long an answer may take: short only where a fault's reason is that there was none."""
    return 0.5 if reason == "not answered within" else 60.0


async def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nothing says that it begins to hold
            await asyncio.sleep(0.02)


def write_secrets(folder: Path) -> Path:
    """Write the secrets of the simulated providers, and return their folder."""
    folder.mkdir()
    for name, secret in SECRETS.items():
        (folder / name).write_text(f"{secret}\n")
    return folder


def require_contracts(sent: list[tuple[str, str, Any]], provider: str) -> None:
    """Check messages against their contracts, their keys, and that revisions only rise."""
    revisions: dict[str, int] = {}
    for topic, key, body in sent:
        if body is None:
            continue
        schema = json.loads((CONTRACTS / f"{topic}.schema.json").read_text())
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
        assert body["provider"] == provider
        if topic != STATUS.name:
            name = body["market_id"] if topic == "provider.market.v1" else body["sports_event_id"]
            assert key == f"{provider}:{name}"
            assert body["revision"] > revisions.get(f"{topic} {key}", 0)
            revisions[f"{topic} {key}"] = body["revision"]


@dataclass(slots=True)
class Following:
    """An adapter with all that it needs; several may run after one another, on the same Kafka and state.

    Attributes:
        is_equal: Whether what was told is what the provider has.
    """

    name: str
    content: ServedContent
    shared: ProviderSettings
    settings: dict[str, Any]
    is_equal: Callable[["Following"], bool]
    kafka: MemoryKafka = field(default_factory=MemoryKafka)
    shelf: Shelf = field(default_factory=Shelf)
    status: ProviderStatus = field(default_factory=lambda: ProviderStatus("", lambda: datetime.now(UTC)))

    @property
    def api(self) -> SimulatedApi:
        """The simulated API."""
        return self.content.apis[self.name]

    def adapter(self, **settings: Any) -> Any:
        """Return the adapter."""
        declared = find_adapter(self.name)
        return declared.load()(declared.settings(**(self.settings | settings)), self.shared)

    @asynccontextmanager
    async def running(self, **settings: Any) -> AsyncIterator[Any]:
        """Run an adapter while the block runs."""
        self.status = ProviderStatus(self.name, lambda: datetime.now(UTC))
        adapter, store, seconds = (
            self.adapter(**settings),
            MemoryState(self.shelf),
            self.shared.status_seconds,
        )
        delivery = Delivery(find_adapter(self.name), self.kafka.producing, store, self.status, seconds)
        running = asyncio.create_task(adapter.run(delivery))
        try:
            yield adapter
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert running.cancelled(), running

    def latest(self, topic: str) -> dict[str, Any]:
        """Return the last message of each key of a topic."""
        return self.kafka.latest.get(topic, {})

    def statuses(self) -> list[dict[str, Any]]:
        """Return all that was told of the adapter itself."""
        return [body for topic, _, body in self.kafka.sent if topic == STATUS.name]

    def reasons(self) -> list[str]:
        """Return why it was not complete, each time that this was told."""
        return [status["reason"] for status in self.statuses() if not status["complete"]]

    async def until_complete(self) -> None:
        """Wait until it is told that what is known is complete."""
        await until(lambda: bool(self.statuses()) and bool(self.statuses()[-1]["complete"]))

    async def until_equal(self) -> None:
        """Wait until all is complete, and what was told is what the provider has."""
        await until(
            lambda: (
                self.status.trouble is None
                and bool(self.latest(STATUS.name).get(self.name, {}).get("complete"))
                and self.is_equal(self)
            )
        )

    def secret(self, name: str) -> Path:
        """Return the file of a secret."""
        assert self.shared.secret_folder is not None
        return self.shared.secret_folder / name


Open: TypeAlias = Callable[..., AbstractAsyncContextManager[Following]]


def opener(tmp_path: Path, name: str, is_equal: Callable[[Following], bool], **further: Any) -> Open:
    """Return a function that serves the providers and makes what follows one, by rate and settings."""
    secrets = write_secrets(tmp_path / "secrets")

    @asynccontextmanager
    async def opened(rate: float = 0.0, webhooks: str = "", **settings: Any) -> AsyncIterator[Following]:
        async with serving_content(webhooks, moves_per_second=rate, heartbeat_seconds=0.2) as content:
            shared = ProviderSettings(
                secret_folder=secrets,
                status_seconds=0.2,
                first_pause_seconds=0.2,
                longest_pause_seconds=0.4,
            )
            known = {"url": f"{content.url}/{name}", **further, **settings}
            yield Following(name, content, shared, known, is_equal)

    return opened
