"""The relay: publishes what waits in the outboxes, at least once, and per key in the order it was written."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.settings import StreamSettings
from furlong.workers.outbox_status import OutboxStatus
from storage.clock import Clock, SystemClock
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.models import OUTBOX as CLUB_OUTBOX
from subgraphs.fulfilment.models import OUTBOX as FULFILMENT_OUTBOX
from subgraphs.kit.records.outbox import TOMBSTONE, Outbox, Waiting, prefix_delivered
from subgraphs.kit.records.tables import OutboxTables
from subgraphs.progress.models import OUTBOX as PROGRESS_OUTBOX
from subgraphs.rewards.models import OUTBOX as REWARDS_OUTBOX

log = structlog.get_logger(__name__)

OUTBOXES: Final[Mapping[str, OutboxTables]] = {
    "club": CLUB_OUTBOX,
    "rewards": REWARDS_OUTBOX,
    "progress": PROGRESS_OUTBOX,
    "fulfilment": FULFILMENT_OUTBOX,
}
"""Which subgraphs have something to tell."""

FACTS_AT_ONCE: Final = 500
LEASE: Final = timedelta(seconds=30)
DELIVERY_SECONDS: Final = 10.0
"""Well below the lease: who cannot deliver in time must not do so when another has taken over."""

COUNTED_EVERY: Final = timedelta(seconds=5)
IDLE_SECONDS: Final = 0.2
REST_SECONDS: Final = 2.0


class Publisher(Protocol):
    """Hands facts to the broker: Kafka's, or a test's."""

    async def publish(self, facts: Sequence[Waiting]) -> set[int]:
        """Sends facts in order; the ids of those that the broker has taken."""


@dataclass(slots=True)
class KafkaPublisher:
    """Publishes through aiokafka, which keeps the order within a partition also when it sends again."""

    producer: AIOKafkaProducer

    async def publish(self, facts: Sequence[Waiting]) -> set[int]:
        """Sends facts in order; the ids of those that the broker has taken."""
        deliveries = {}
        with suppress(KafkaError):
            for fact in facts:
                deliveries[fact.id] = await self.producer.send(
                    fact.topic,
                    None if fact.value == TOMBSTONE else fact.value.encode(),
                    key=fact.key.encode(),
                    headers=[(name, value.encode()) for name, value in fact.headers.items()],
                )
        results = await asyncio.gather(*deliveries.values(), return_exceptions=True)
        failed = next((result for result in results if isinstance(result, BaseException)), None)
        if failed is not None:
            log.warning("facts_not_delivered", error=repr(failed))
        return {
            id_
            for id_, result in zip(deliveries, results, strict=True)
            if not isinstance(result, BaseException)
        }


@dataclass(slots=True)
class Relay:
    """Publishes one outbox. Several may run: one at a time has the lease.

    A crash between publishing and forgetting publishes again; a fact bears an event id and a version, by
    which its readers tell.
    """

    database: Database
    outbox: Outbox
    publisher: Publisher
    clock: Clock
    status: OutboxStatus = field(default_factory=OutboxStatus)
    holder: str = field(default_factory=lambda: str(uuid.uuid4()))
    counted_at: datetime | None = None

    async def publish_waiting(self) -> int:
        """Publishes some of what waits; returns how many facts were published and forgotten."""
        if not await self._look():
            return 0
        self.status.leads = await self._hold()
        if not self.status.leads:
            return 0
        async with self.database.home.read() as connection:
            waiting = await self.outbox.waiting(connection, FACTS_AT_ONCE)
        delivered = await self._deliver(waiting)
        self.status.kafka = (
            "" if len(delivered) == len(waiting) else "Kafka does not take all that it is given"
        )
        published = await self._forget(prefix_delivered(waiting, delivered))
        self.status.published += published
        self.status.waiting = max(0, self.status.waiting - published)
        return published

    async def leave(self) -> None:
        """Lets another relay go on at once."""
        async with self.database.home.write() as connection:
            await self.outbox.lease(self.holder).end(connection)

    async def _look(self) -> bool:
        """Whether anything waits; now and then also how much, which takes longer the more it is."""
        now = self.clock.now()
        async with self.database.home.read() as connection:
            if self.counted_at is None or now - self.counted_at >= COUNTED_EVERY:
                self.counted_at = now
                self.status.waiting, self.status.oldest_at = await self.outbox.backlog(connection)
            if await self.outbox.waiting(connection, 1):
                return True
        self.status.waiting = 0
        return False

    async def _hold(self) -> bool:
        async with self.database.home.write() as connection:
            return await self.outbox.lease(self.holder).hold(connection, self.clock.now(), LEASE)

    async def _deliver(self, waiting: Sequence[Waiting]) -> set[int]:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await self.publisher.publish(waiting)
        except TimeoutError:
            log.warning("delivery_timed_out", facts=len(waiting))
            return set()

    async def _forget(self, ids: Sequence[int]) -> int:
        if not ids:
            return 0
        async with self.database.home.write() as connection:
            if not await self.outbox.lease(self.holder).hold(connection, self.clock.now(), LEASE):
                log.warning("lease_lost", facts=len(ids))  # another relay publishes them, again
                return 0
            await self.outbox.remove(connection, ids)
        return len(ids)


@asynccontextmanager
async def running_outbox_worker(database: DatabaseSettings, stream: StreamSettings) -> AsyncIterator[None]:
    """Publishes all outboxes while the block lasts, whatever comes and goes meanwhile."""
    running = asyncio.create_task(run_outbox_worker(database, stream), name="outbox relay")
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def run_outbox_worker(
    database: DatabaseSettings, stream: StreamSettings, statuses: Mapping[str, OutboxStatus] | None = None
) -> None:
    """Publishes all outboxes until cancelled.

    Args:
        database: of the subgraphs.
        stream: where Kafka is.
        statuses: by outbox, are kept up to date.
    """
    statuses = statuses or {name: OutboxStatus() for name in OUTBOXES}
    while True:
        try:
            async with AsyncExitStack() as stack:
                producer = AIOKafkaProducer(
                    bootstrap_servers=stream.bootstrap,
                    acks="all",
                    enable_idempotence=True,
                    request_timeout_ms=round(DELIVERY_SECONDS * 800),
                )
                stack.push_async_callback(producer.stop)
                await producer.start()
                relays = [_relay(stack, name, database, producer, statuses[name]) for name in OUTBOXES]
                async with asyncio.TaskGroup() as group:  # ends when the last has left
                    for relay in relays:
                        group.create_task(_keep_publishing(relay))
        except* KafkaError as faults:
            log.warning("kafka_away", error=repr(faults.exceptions))
            for status in statuses.values():
                status.kafka = f"Kafka is away: {faults.exceptions!r}"
            await asyncio.sleep(REST_SECONDS)


def _relay(
    stack: AsyncExitStack,
    name: str,
    settings: DatabaseSettings,
    producer: AIOKafkaProducer,
    status: OutboxStatus,
) -> Relay:
    database = Database.open(settings, name)
    stack.push_async_callback(database.close)
    return Relay(
        database, Outbox(OUTBOXES[name]), KafkaPublisher(producer), SystemClock(), status
    )  # of leases


async def _keep_publishing(relay: Relay) -> None:
    try:
        while True:
            try:
                published = await relay.publish_waiting()
            except (SQLAlchemyError, OSError) as fault:
                relay.status.database = f"the database is away: {type(fault).__name__}"
                log.warning("database_away", error=type(fault).__name__)
                await asyncio.sleep(REST_SECONDS)
                continue
            relay.status.database = ""
            if not published:
                await asyncio.sleep(IDLE_SECONDS)
    finally:
        with suppress(SQLAlchemyError, OSError):
            await relay.leave()
