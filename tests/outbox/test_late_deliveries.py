"""A delivery that timed out is not made later, after facts that another relay has published."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.produce import ProduceRequest

from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.demo.embedded_broker import PARTITIONS, EmbeddedBroker
from furlong.workers import outbox_worker
from furlong.workers.outbox_worker import OUTBOXES, run_outbox_worker
from subgraphs.club.models import OUTBOX
from subgraphs.kit.records import outbox_relay
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.records.outbox_relay import OutboxStatus, Relay

PATIENCE_SECONDS = 120.0
TOPIC = "club.membership.v1"


class Producer(AIOKafkaProducer):  # type: ignore[misc] # aiokafka has no type hints
    """A producer whose requests get lost while it is cut off.

    Attributes:
        is_cut: Whether it is.
        sent: How many facts it was given.
        made: All of them; only the first is cut off.
        events: What became of producers and leases, in order.
    """

    made: list["Producer"]
    events: list[str]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.is_cut, self.sent = not self.made, 0
        self.made.append(self)
        ask, close = self.client.send, self.client.close

        async def send(node: int, request: Any, **more: Any) -> Any:
            if self.is_cut and isinstance(request, ProduceRequest):
                raise KafkaConnectionError("it is cut off")
            return await ask(node, request, **more)

        async def closed() -> None:
            self.events.append("closed")
            await close()

        self.client.send, self.client.close = send, closed

    async def send(self, *fact: Any, **more: Any) -> Any:
        """Send a fact."""
        self.sent += 1
        return await super().send(*fact, **more)


@pytest.fixture
def producers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Producer]]:
    """The producers of a worker, whose first delivery times out soon."""
    Producer.made, Producer.events = [], []

    async def leave(relay: Relay) -> None:
        Producer.events.append("left")
        await left(relay)

    left = Relay.leave
    monkeypatch.setattr(Relay, "leave", leave)
    monkeypatch.setattr(outbox_worker, "AIOKafkaProducer", Producer)
    monkeypatch.setattr(outbox_relay, "DELIVERY_SECONDS", 1.0)
    yield Producer.made
    Producer.made, Producer.events = [], []


async def until(holds: Callable[[], bool], worker: asyncio.Task[None]) -> None:
    """Wait for a condition while a worker runs."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            assert not worker.done(), worker
            await asyncio.sleep(0.02)


async def put(database: Database, version: int) -> None:
    """Write a fact."""
    fact = Fact(TOPIC, "s/1", "northbet:c-1", str(version), {"brand_id": "northbet", "version": version})
    async with database.write() as connection:
        await Outbox(OUTBOX).put(connection, fact, SystemClock().now())


async def versions(bootstrap: str) -> list[int]:
    """The versions of the fact on its topic, in order."""
    partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[int] = []
        while len(found) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [orjson.loads(record.value)["version"] for record in records]
    return found


async def test_what_timed_out_is_not_delivered_after_newer_facts(
    embedded_broker: EmbeddedBroker,
    producers: list[Producer],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The producer is closed, then the lease is given up; a new producer goes on."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await upgrade_databases(settings)
    await asyncio.to_thread(embedded_broker.create_topics, [TOPIC])
    stream = StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)
    statuses = {name: OutboxStatus() for name in OUTBOXES}
    club = Database.open(settings, "club")
    await put(club, 1)
    worker = asyncio.create_task(run_outbox_worker(settings, stream, statuses))
    try:
        await until(lambda: TOPIC in statuses["club"].kafka, worker)
        monkeypatch.setattr(outbox_relay, "DELIVERY_SECONDS", PATIENCE_SECONDS)
        await until(lambda: len(producers) > 1 or producers[0].sent > 1, worker)
        assert producers[0].sent == 1
        assert Producer.events == ["closed", *["left"] * len(OUTBOXES)]
        await until(lambda: statuses["club"].published == 1, worker)
        await put(club, 2)
        await until(lambda: statuses["club"].published == 2, worker)
        assert not statuses["club"].kafka
        producers[0].is_cut = False
        async with asyncio.timeout(PATIENCE_SECONDS):
            await producers[0]._message_accumulator.flush()
        found = await versions(embedded_broker.bootstrap)
        assert (found, set(found)) == (sorted(found), {1, 2})
    finally:
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        await club.close()
