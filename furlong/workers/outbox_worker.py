"""The outbox worker: relays the outboxes of all subgraphs to Kafka.

Its health and metrics say what waits in each outbox, since when, and for what reason.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import RecordMetadata
from fastapi import FastAPI
from opentelemetry.trace import Span, Tracer
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.broker.kafka_client import cluster_id, running_client
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.background import running
from foundation.storage.clock import Clock, SystemClock
from foundation.storage.database import Database
from foundation.storage.rehearsal import rehearsal_marks
from foundation.storage.settings import DatabaseSettings
from foundation.tracing import continued, ending
from furlong.workers.status import status_app
from subgraphs.block_list import BLOCKS, BY_NAME
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.outbox import TOMBSTONE, Outbox, UnpublishedFact
from subgraphs.kit.records.outbox_relay import (
    DELIVERY_SECONDS,
    WORKER,
    Delivery,
    DeliveryTimedOut,
    OutboxStatus,
    Relay,
)
from subgraphs.kit.records.tables import OutboxTables

log = structlog.get_logger(__name__)

OUTBOXES: Final[Mapping[str, OutboxTables]] = {block.name: block.outbox for block in BLOCKS}
"""The subgraphs that publish facts."""

IDLE_SECONDS: Final = 0.2
UNSENDABLE: Final = (MessageSizeTooLargeError, ValueError, TypeError, AttributeError)
"""What is wrong with a fact itself: it is too large, or its row is damaged."""

CLOSED: Final = (UnknownTopicOrPartitionError, InvalidTopicError, TopicAuthorizationFailedError)
"""What is wrong with a topic."""

REST_SECONDS: Final = 2.0


@dataclass(slots=True)
class KafkaPublisher:
    """Publishes through aiokafka, which keeps the order within a partition even when it retries.

    Attributes:
        tracer: Starts spans of facts that belong to recorded traces; None without traces.
    """

    producer: AIOKafkaProducer
    tracer: Tracer | None = None

    async def publish(self, facts: Sequence[UnpublishedFact]) -> Delivery:
        """Send facts in order, up to the first one whose topic takes none."""
        deliveries: dict[int, asyncio.Future[RecordMetadata]] = {}
        spans: list[Span] = []
        unsendable: dict[int, Exception] = {}
        closed: dict[int, Exception] = {}
        held: set[tuple[str, str]] = set()
        for fact in facts:
            if (fact.topic, fact.key) in held:
                continue
            try:
                deliveries[fact.id] = await self._send(fact, spans)
            except UNSENDABLE as error:
                unsendable[fact.id] = error
                held.add((fact.topic, fact.key))
            except CLOSED as error:
                closed[fact.id] = KafkaError(f"{fact.topic} takes no messages: {type(error).__name__}")
                break
            except KafkaError as error:
                log.warning("facts_not_sent", error=repr(error))
                break
        with ending(spans):
            results = await asyncio.gather(*deliveries.values(), return_exceptions=True)
        failed = next((result for result in results if isinstance(result, BaseException)), None)
        if failed is not None:
            log.warning("facts_not_delivered", error=repr(failed))
        accepted = {
            id_
            for id_, result in zip(deliveries, results, strict=True)
            if not isinstance(result, BaseException)
        }
        return Delivery(accepted, unsendable, closed)

    async def _send(self, fact: UnpublishedFact, spans: list[Span]) -> "asyncio.Future[RecordMetadata]":
        headers = [(name, value.encode()) for name, value in fact.headers.items()]
        if self.tracer is not None:
            headers, span = continued(self.tracer, fact.topic, headers)
            spans += () if span is None else (span,)
        value = None if fact.value == TOMBSTONE else fact.value.encode()
        delivery: asyncio.Future[RecordMetadata] = await self.producer.send(
            fact.topic, value, key=fact.key.encode(), headers=headers
        )
        return delivery


@asynccontextmanager
async def running_outbox_worker(
    database: DatabaseSettings, stream: StreamSettings, tracer: Tracer | None = None
) -> AsyncIterator[None]:
    """Publish all outboxes while the block runs, through outages of Kafka and the database."""
    async with running(run_outbox_worker(database, stream, tracer=tracer), "outbox relay"):
        yield


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
            producer = AIOKafkaProducer(
                bootstrap_servers=stream.bootstrap,
                acks="all",
                enable_idempotence=True,
                request_timeout_ms=round(DELIVERY_SECONDS * 800),
            )
            # The producer is closed first: whoever gets a lease must not be followed by what it still sends.
            async with AsyncExitStack() as stack, running_client(producer):
                publisher = KafkaPublisher(producer, tracer)
                cluster = None if stream.generation else await cluster_id(stream)
                relays = [_relay(stack, name, database, publisher, statuses[name]) for name in OUTBOXES]
                async with asyncio.TaskGroup() as group:  # ends with the last relay
                    for relay in relays:
                        group.create_task(_keep_publishing(relay, cluster))
        except* DeliveryTimedOut:
            log.info("producer_renewed")  # the old one would deliver what it has for as long as it runs
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
    table = BY_NAME[name].postponed
    postponed = None if table is None else PostponedItems(database, table)
    relay = Relay(database, Outbox(OUTBOXES[name]), publisher, clock, postponed, status)
    stack.push_async_callback(_leave, relay)
    return relay


async def _leave(relay: Relay) -> None:
    with suppress(SQLAlchemyError, OSError):
        await relay.leave()


async def _keep_publishing(relay: Relay, cluster: str | None) -> None:
    """Publish until cancelled, but nothing on a cluster that the database does not belong to."""
    foreign = cluster
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


@dataclass(frozen=True, slots=True, eq=False)
class OutboxMetrics(Collector):
    """Reports the outboxes to Prometheus."""

    statuses: Mapping[str, OutboxStatus]
    clock: Clock

    def collect(self) -> Iterator[Metric]:
        """Yield the present figures."""
        now = self.clock.now()
        published = CounterMetricFamily(
            "furlong_outbox_published", "Facts published by this process", labels=["outbox"]
        )
        gauges = {
            "waiting": "Facts not published yet",
            "oldest_seconds": "How long the oldest of them has waited",
            "leads": "Whether this process publishes them or stands by",
            "up": "Whether Kafka and the database respond",
        }
        postponed: Counter[str] = Counter()
        families = {
            name: GaugeMetricFamily(f"furlong_outbox_{name}", meaning, labels=["outbox"])
            for name, meaning in gauges.items()
        }
        for name, status in self.statuses.items():
            published.add_metric([name], status.published)
            families["waiting"].add_metric([name], status.waiting)
            families["oldest_seconds"].add_metric([name], status.oldest_seconds(now))
            families["leads"].add_metric([name], status.is_leader)
            postponed.update(status.failing)
            families["up"].add_metric([name], not status.trouble)
        waits = GaugeMetricFamily(
            "furlong_worker_waiting", "Records that wait, by what they wait for", labels=["worker", "for"]
        )
        for what, number in postponed.items():
            waits.add_metric([WORKER, what], number)
        yield published
        yield from families.values()
        yield waits


def outbox_status_app(statuses: Mapping[str, OutboxStatus], clock: Clock) -> FastAPI:
    """Build the application with `/health` and `/metrics` of the outbox worker."""
    registry = CollectorRegistry()
    registry.register(OutboxMetrics(statuses, clock))

    async def health() -> Mapping[str, object]:
        troubles = sorted(
            {f"{name}: {status.trouble}" for name, status in statuses.items() if status.trouble}
        )
        return {
            "live": True,
            "publishing": not troubles,
            "kafka": not any(status.kafka for status in statuses.values()),
            "database": not any(status.database for status in statuses.values()),
            "waiting": sum(status.waiting for status in statuses.values()),
            "detail": "; ".join(troubles) or "publishing",
            **rehearsal_marks(clock),
        }

    return status_app("outbox worker", health, registry)
