"""Consumers of two cells beside one another, and consumers that have no business where they are."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import CollectorRegistry

from cells.claim import claim, without_fence
from consumers.progress.wiring import create_consumer
from consumers.stream.consumer import Consumer
from consumers.stream.errors import ForeignCell
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.storage.cells.cell import partition_of
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.topic_plans import KEYED_TOPICS, MESSAGES
from furlong.workers.catch_up import gate_of
from subgraphs.progress.models import CONTRIBUTION, METADATA, STREAM
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.database_probe import contents, migrate

Celled = Callable[..., DatabaseSettings]
PATIENCE_SECONDS = 180.0
CUSTOMERS, BETS = 40, 3


@dataclass
class Harness:
    """A broker, a producer, and consumers that are stopped at the end."""

    stream: StreamSettings
    producer: AIOKafkaProducer
    running: list[tuple[Consumer, asyncio.Task[None]]] = field(default_factory=list)

    def start(self, settings: DatabaseSettings) -> tuple[Consumer, asyncio.Task[None]]:
        """Start a progress consumer."""
        consumer = create_consumer(settings, self.stream, CollectorRegistry(), SystemClock())
        self.running.append((consumer, asyncio.create_task(consumer.run())))
        return self.running[-1]

    async def ended(self, settings: DatabaseSettings) -> BaseException | None:
        """Start a consumer, and return what it ends with by itself."""
        _, task = self.start(settings)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        assert task.done(), "it goes on"
        return task.exception()

    async def send(self, record: Record, partition: int | None = None) -> None:
        """Produce a record where its key belongs, or elsewhere."""
        await self.producer.send_and_wait(
            record.topic, record.value, key=record.key, headers=list(record.headers), partition=partition
        )


@pytest.fixture
async def harness(embedded_broker: EmbeddedBroker) -> AsyncIterator[Harness]:
    """Provide a harness on an embedded broker with all topics."""
    await asyncio.to_thread(embedded_broker.create_topics, [plan.name for plan in MESSAGES])
    producer = AIOKafkaProducer(bootstrap_servers=embedded_broker.bootstrap)
    await producer.start()
    stream = StreamSettings(
        bootstrap=embedded_broker.bootstrap,
        generation=embedded_broker.generation,
        poll_seconds=0.1,
        retry_seconds=0.05,
        retry_limit_seconds=0.2,
        session_seconds=6.0,
    )
    harness = Harness(stream, producer)
    try:
        yield harness
    finally:
        for _, task in harness.running:
            task.cancel()
        await asyncio.gather(*(task for _, task in harness.running), return_exceptions=True)
        await producer.stop()


async def cell_of(celled: Celled, folder: Path, name: str, partitions: str) -> DatabaseSettings:
    """Return the settings of a claimed progress database of a cell."""
    settings = celled(f"sqlite+aiosqlite:///{folder / name}", name, partitions)
    await migrate(without_fence(settings), "progress", METADATA)
    await claim(settings, ["progress"], KEYED_TOPICS)
    return settings


async def customers_in(settings: DatabaseSettings) -> Counter[str]:
    """Count the bets of each customer in a database."""
    database = Database.open(without_fence(settings), "progress")
    try:
        rows = (await contents(database, CONTRIBUTION))[CONTRIBUTION.name]
    finally:
        await database.close()
    return Counter(row[CONTRIBUTION.c.keys().index("customer_id")] for row in rows)


async def dead_letters_in(settings: DatabaseSettings) -> list[str]:
    """Return why records became dead letters."""
    database = Database.open(without_fence(settings), "progress")
    try:
        rows = (await contents(database, STREAM.dead_letter))[STREAM.dead_letter.name]
    finally:
        await database.close()
    return [row[STREAM.dead_letter.c.keys().index("reason")] for row in rows]


async def until(holds: Callable[[], object], harness: Harness) -> None:
    """Wait for an awaitable condition; fail if a consumer ends meanwhile."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await holds():  # type: ignore[misc]
            for _, task in harness.running:
                if task.done():
                    await task
            await asyncio.sleep(0.05)


async def test_each_bet_is_in_exactly_one_cell(harness: Harness, celled: Celled, tmp_path: Path) -> None:
    """Two cells apply all bets between them, each its own customers', and what both need is in both.

    A record in the wrong partition is a dead letter of the cell whose partition it is in.
    """
    cells = [
        await cell_of(celled, tmp_path, "c0", "0-1"),
        await cell_of(celled, tmp_path, "c1", "2-3"),
    ]
    await harness.send(scheme())
    sent = [bet(customer_id=f"c-{n}", bet_id=f"b-{n}-{m}") for n in range(CUSTOMERS) for m in range(BETS)]
    for record in sent:
        await harness.send(record)
    stray = bet(customer_id="c-0", bet_id="b-stray")
    own = partition_of(stray.key or b"", 4)
    await harness.send(stray, partition=(own + 2) % 4)
    for settings in cells:
        harness.start(settings)

    async def all_there() -> bool:
        found = [await customers_in(settings) for settings in cells]
        letters = [await dead_letters_in(settings) for settings in cells]
        return sum(map(Counter.total, found)) >= len(sent) and sum(map(len, letters)) == 1

    await until(all_there, harness)
    customers = [await customers_in(settings) for settings in cells]
    expected = [
        Counter({f"c-{n}": BETS for n in range(CUSTOMERS) if cell.has("northbet", f"c-{n}")})
        for cell in (settings.cell.own() for settings in cells)
        if cell is not None
    ]
    assert customers == expected
    assert all(customers)
    letters = [await dead_letters_in(settings) for settings in cells]
    (other,) = letters[1 - own // 2]
    assert f"belongs to partition {own}" in other


async def test_a_cell_has_caught_up_when_its_own_partitions_are_read(
    harness: Harness, celled: Celled, tmp_path: Path
) -> None:
    """Workers that wait for the consumer do not wait for partitions that the cell never reads."""
    settings = await cell_of(celled, tmp_path, "c0", "0-1")
    await harness.send(scheme())
    for n in range(8):
        await harness.send(bet(customer_id=f"c-{n}", bet_id=f"b-{n}"))
    gate = gate_of("progress", settings, harness.stream, SystemClock())
    assert {one.number for one in await gate.behind() if one.topic == "club.progress.v1"} <= {0, 1}
    harness.start(settings)

    async def caught_up() -> bool:
        return not await gate.behind()

    await until(caught_up, harness)
    await gate.close()


async def test_a_consumer_with_wrong_partitions_stops_by_itself(
    harness: Harness, celled: Celled, tmp_path: Path
) -> None:
    """With another range, with no cell at all, or on a database of none, it stops and has written nothing.

    Its error says what to correct.
    """
    settings = await cell_of(celled, tmp_path, "c0", "0-1")
    unclaimed = celled(f"sqlite+aiosqlite:///{tmp_path / 'other'}", "c1", "2-3")
    await migrate(without_fence(unclaimed), "progress", METADATA)
    await harness.send(scheme())
    for n in range(CUSTOMERS):
        await harness.send(bet(customer_id=f"c-{n}", bet_id=f"b-{n}"))
    wrong = {
        "belongs to cell c0 .partitions 0-1 of 4": celled(settings.url, "c0", "0-3"),
        "belongs to cell c0": celled(settings.url, "c1", "2-3"),
        "FURLONG_CELL is not set": without_fence(settings),
        "furlong cell claim": unclaimed,
    }
    for words, those in wrong.items():
        ended = await harness.ended(those)
        assert isinstance(ended, ForeignCell), ended
        assert ended.exit_code == 6
        with pytest.raises(ForeignCell, match=words):
            raise ended
        harness.running.clear()
    assert await customers_in(settings) == Counter()
    assert await customers_in(unclaimed) == Counter()


async def test_a_cell_of_topics_with_another_number_of_partitions_stops(
    harness: Harness, celled: Celled, tmp_path: Path
) -> None:
    """FURLONG_CELL_OF must be the number of partitions that Kafka has: else customers were in other cells."""
    settings = celled(f"sqlite+aiosqlite:///{tmp_path}", "c0", "0-1", 24)
    await migrate(without_fence(settings), "progress", METADATA)
    await claim(settings, ["progress"], KEYED_TOPICS)
    ended = await harness.ended(settings)
    assert isinstance(ended, ForeignCell)
    assert "4 partitions, but FURLONG_CELL_OF says 24" in str(ended)
    harness.running.clear()
