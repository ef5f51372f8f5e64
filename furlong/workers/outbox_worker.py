"""The outbox worker: relays the outboxes of all subgraphs to Kafka."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from opentelemetry.trace import Span, Tracer
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.broker.kafka_client import cluster_id
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import continued, ending
from subgraphs.club.models import OUTBOX as CLUB_OUTBOX
from subgraphs.fulfilment.models import OUTBOX as FULFILMENT_OUTBOX
from subgraphs.kit.records.outbox import TOMBSTONE, Outbox, UnpublishedFact
from subgraphs.kit.records.outbox_relay import DELIVERY_SECONDS, OutboxStatus, Relay
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
"""The subgraphs that publish facts."""

IDLE_SECONDS: Final = 0.2
REST_SECONDS: Final = 2.0


@dataclass(slots=True)
class KafkaPublisher:
    """Publishes through aiokafka, which keeps the order within a partition even when it retries.

    Attributes:
        tracer: Starts spans of facts that belong to recorded traces; None without traces.
    """

    producer: AIOKafkaProducer
    tracer: Tracer | None = None

    async def publish(self, facts: Sequence[UnpublishedFact]) -> set[int]:
        """Send facts in order; return the ids of those that the broker accepted."""
        deliveries = {}
        spans: list[Span] = []
        with suppress(KafkaError):
            for fact in facts:
                headers = [(name, value.encode()) for name, value in fact.headers.items()]
                if self.tracer is not None:
                    headers, span = continued(self.tracer, fact.topic, headers)
                    spans += () if span is None else (span,)
                deliveries[fact.id] = await self.producer.send(
                    fact.topic,
                    None if fact.value == TOMBSTONE else fact.value.encode(),
                    key=fact.key.encode(),
                    headers=headers,
                )
        with ending(spans):
            results = await asyncio.gather(*deliveries.values(), return_exceptions=True)
        failed = next((result for result in results if isinstance(result, BaseException)), None)
        if failed is not None:
            log.warning("facts_not_delivered", error=repr(failed))
        return {
            id_
            for id_, result in zip(deliveries, results, strict=True)
            if not isinstance(result, BaseException)
        }


@asynccontextmanager
async def running_outbox_worker(
    database: DatabaseSettings, stream: StreamSettings, tracer: Tracer | None = None
) -> AsyncIterator[None]:
    """Publish all outboxes while the block runs, through outages of Kafka and the database."""
    running = asyncio.create_task(run_outbox_worker(database, stream, tracer=tracer), name="outbox relay")
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def run_outbox_worker(
    database: DatabaseSettings,
    stream: StreamSettings,
    statuses: Mapping[str, OutboxStatus] | None = None,
    tracer: Tracer | None = None,
) -> None:
    """Publish all outboxes until cancelled.

    Args:
        database: Settings of the subgraphs' databases.
        stream: Where Kafka is.
        statuses: Kept up to date, by outbox.
        tracer: Starts spans of facts that belong to recorded traces.
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
                publisher = KafkaPublisher(producer, tracer)
                cluster = None if stream.generation else await cluster_id(stream)
                relays = [_relay(stack, name, database, publisher, statuses[name]) for name in OUTBOXES]
                async with asyncio.TaskGroup() as group:  # ends with the last relay
                    for relay in relays:
                        group.create_task(_keep_publishing(relay, cluster))
        except* KafkaError as faults:
            log.warning("kafka_away", error=repr(faults.exceptions))
            for status in statuses.values():
                status.kafka = f"Kafka is unavailable: {faults.exceptions!r}"
            await asyncio.sleep(REST_SECONDS)


def _relay(
    stack: AsyncExitStack,
    name: str,
    settings: DatabaseSettings,
    publisher: KafkaPublisher,
    status: OutboxStatus,
) -> Relay:
    database = Database.open(settings, name)
    stack.push_async_callback(database.close)
    clock = SystemClock()  # leases use the machine's time
    return Relay(database, Outbox(OUTBOXES[name]), publisher, clock, status)


async def _keep_publishing(relay: Relay, cluster: str | None) -> None:
    """Publish until cancelled, but nothing on a cluster that the database does not belong to."""
    foreign = cluster
    try:
        while True:
            try:
                if foreign is not None:
                    await require_own_cluster(relay.database, foreign)
                    foreign = None
                published = await relay.publish_waiting()
            except MixedInstallations as fault:
                relay.status.kafka = str(fault)
                log.warning("topics_are_foreign", detail=str(fault))
                await asyncio.sleep(REST_SECONDS)
                continue
            except (SQLAlchemyError, OSError) as fault:
                relay.status.database = f"the database is unavailable: {type(fault).__name__}"
                log.warning("database_away", error=type(fault).__name__)
                await asyncio.sleep(REST_SECONDS)
                continue
            relay.status.database = ""
            if not published:
                await asyncio.sleep(IDLE_SECONDS)
    finally:
        with suppress(SQLAlchemyError, OSError):
            await relay.leave()
