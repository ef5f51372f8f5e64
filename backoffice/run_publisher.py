"""Runs the publisher: in the background of a process, or until a command's decisions are on Kafka."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.events.board import repository as boards
from backoffice.global_events.kafka_topic import KafkaGlobalTopic
from backoffice.global_events.publisher import GlobalPublisher
from backoffice.global_events.repository import GlobalDecision
from backoffice.metadata import NAME
from backoffice.operations.brands import repository
from backoffice.operations.providers.repository import OF_ADAPTERS, OF_REWARDS
from consumers.stream.database.own_cluster import require_own_cluster
from consumers.stream.errors import MixedInstallations
from consumers.stream.settings import StreamSettings
from foundation.background import running
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.records.global_state import GlobalKind

log = structlog.get_logger(__name__)
IDLE_SECONDS: Final = 0.2
REST_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 30.0


_REVISIONS: Final = {
    GlobalKind.BRAND.value: repository.take_over,
    GlobalKind.PROVIDER.value: OF_REWARDS.take_over,
    GlobalKind.ADAPTER.value: OF_ADAPTERS.take_over,
    GlobalKind.BOARD.value: boards.take_over,
}


class NotPublished(Exception):
    """Decisions are stored, but not on Kafka yet: a publisher that is running sends them later.

    Or the topic had to be read, and was not.
    """


@asynccontextmanager
async def running_publisher(
    settings: DatabaseSettings, stream: StreamSettings, clock: Clock
) -> AsyncIterator[None]:
    """Publish decisions while the block runs, through outages of Kafka and the database."""
    async with running(run_publisher(settings, stream, clock), "global publisher"):
        yield


async def run_publisher(settings: DatabaseSettings, stream: StreamSettings, clock: Clock) -> None:
    """Publish decisions until cancelled."""
    database = Database.open(settings, NAME)
    try:
        while True:
            try:
                async with KafkaGlobalTopic.open(stream) as topic:
                    await _require_own(topic, database, stream)
                    adopts = settings.cell.own() is None
                    await _publish(
                        GlobalPublisher(database, topic, clock, adopts=adopts, take_over=take_over)
                    )
            except (KafkaError, SQLAlchemyError, OSError) as fault:  # TimeoutError is an OSError
                log.warning("global_messages_wait", error=type(fault).__name__)
                await asyncio.sleep(REST_SECONDS)
            except MixedInstallations as fault:
                log.warning("topics_are_foreign", detail=str(fault))
                await asyncio.sleep(REST_SECONDS)
    finally:
        await database.close()


async def publish_now(
    database: Database,
    stream: StreamSettings,
    clock: Clock,
    patience_seconds: float = PATIENCE_SECONDS,
    *,
    reads: bool = False,
) -> None:
    """Publish what is waiting, or wait until another process has done so.

    Args:
        database: The database of the back office.
        stream: Where the topic is.
        clock: The time of the product.
        patience_seconds: How long that may take.
        reads: Whether the topic has to be read, too, so that the database has what only the topic had.

    Raises:
        NotPublished: That took too long, or the topic belongs to another installation.
        KafkaError: The brokers cannot be reached.
    """
    async with KafkaGlobalTopic.open(stream) as topic:
        try:
            await _require_own(topic, database, stream)
        except MixedInstallations as fault:
            raise NotPublished(f"the decision is stored, but not published: {fault}") from fault
        publisher = GlobalPublisher(database, topic, clock, take_over=take_over)
        try:
            async with asyncio.timeout(patience_seconds):
                await publisher.step()
                while (reads and not publisher.has_read) or await publisher.has_waiting():
                    if not await publisher.step():
                        await asyncio.sleep(IDLE_SECONDS)
        except TimeoutError as fault:
            if reads and not publisher.has_read:
                raise NotPublished(_unread(publisher)) from fault
            raise NotPublished(
                "the decision is stored, but not on Kafka yet: `furlong worker outbox` publishes it"
            ) from fault
        finally:
            await publisher.leave()


def _unread(publisher: GlobalPublisher) -> str:
    """Say why the topic was not read."""
    if publisher.is_leader:
        return "the decisions on Kafka could not be read in time: run the command again"
    return (
        "the decisions on Kafka were not read, because another process publishes from this database, or did "
        "so less than a minute ago: stop `furlong worker outbox`, and run the command again"
    )


async def _require_own(topic: KafkaGlobalTopic, database: Database, stream: StreamSettings) -> None:
    """Check that the topic is one of this installation.

    Raises:
        MixedInstallations: It is on another Kafka cluster.
    """
    if stream.generation is None:
        await require_own_cluster(database, topic.generations.cluster, "the database of the back office")


async def _publish(publisher: GlobalPublisher) -> None:
    try:
        while True:
            if not await publisher.step():
                await asyncio.sleep(IDLE_SECONDS)
    finally:
        with suppress(SQLAlchemyError, OSError):
            await publisher.leave()


async def take_over(connection: AsyncConnection, decision: GlobalDecision) -> None:
    """Store the revision that a decision is about, which only the topic has; others have none."""
    if store := _REVISIONS.get(decision.kind):
        await store(connection, decision)
