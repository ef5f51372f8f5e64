"""The outbox relay: publishes facts at least once, and facts of one key in the order they were written."""

import asyncio
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.records.outbox import Outbox, UnpublishedFact, prefix_delivered

log = structlog.get_logger(__name__)

FACTS_PER_BATCH: Final = 500
LEASE: Final = timedelta(seconds=30)
DELIVERY_SECONDS: Final = 10.0
"""The delivery timeout, well below the lease: a slow relay must give up before another one takes over."""

COUNTED_EVERY: Final = timedelta(seconds=5)


class DeliveryTimedOut(Exception):
    """The broker did not answer in time: until the publisher is closed, it may still deliver the facts.

    Delivered after newer facts of another relay, they would be what a compacted topic keeps.
    """


class Publisher(Protocol):
    """Hands facts to a broker: Kafka, or a test's own."""

    async def publish(self, facts: Sequence[UnpublishedFact]) -> set[int]:
        """Send facts in order; return the ids of those that the broker accepted."""


@dataclass(slots=True)
class OutboxStatus:
    """The state of one outbox when its relay last looked.

    Attributes:
        waiting: Number of facts that no relay has published yet.
        oldest_at: When the oldest of them was written.
        published: Number of facts that this relay has published and removed.
        is_leader: Whether this relay publishes; the others stand by.
        kafka: What is wrong with the brokers; empty if nothing is.
        database: What is wrong with the database; empty if nothing is.
    """

    waiting: int = 0
    oldest_at: datetime | None = None
    published: int = 0
    is_leader: bool = False
    kafka: str = ""
    database: str = ""

    @property
    def trouble(self) -> str:
        """The first thing that is wrong; empty if nothing is."""
        return self.database or self.kafka

    def oldest_seconds(self, now: datetime) -> float:
        """Return how long the oldest fact has waited."""
        if not self.waiting or self.oldest_at is None:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds())


@dataclass(slots=True)
class Relay:
    """Publishes one outbox. Several relays may run; one at a time holds the lease.

    After a crash between publishing and removing, facts are published again. Readers recognize them by their
    event id and version.
    """

    database: Database
    outbox: Outbox
    publisher: Publisher
    clock: Clock
    status: OutboxStatus = field(default_factory=OutboxStatus)
    holder: str = field(default_factory=lambda: str(uuid.uuid4()))
    counted_at: datetime | None = None

    async def publish_waiting(self) -> int:
        """Publish some of the waiting facts; return how many were published and removed.

        Raises:
            DeliveryTimedOut: The publisher must be closed before another relay may take over.
        """
        if not await self._has_waiting():
            return 0
        self.status.is_leader = await self._hold_lease()
        if not self.status.is_leader:
            return 0
        async with self.database.read() as connection:
            waiting = await self.outbox.waiting(connection, FACTS_PER_BATCH)
        delivered = await self._deliver(waiting)
        self.status.kafka = _refusal(waiting, delivered)
        published = await self._remove(prefix_delivered(waiting, delivered))
        self.status.published += published
        self.status.waiting = max(0, self.status.waiting - published)
        return published

    async def leave(self) -> None:
        """Give up the lease, so that another relay can continue at once."""
        async with self.database.write() as connection:
            await self.outbox.lease(self.holder).end(connection)

    async def _has_waiting(self) -> bool:
        """Return whether any fact is waiting; sometimes also count them, which is slower with many facts."""
        now = self.clock.now()
        if self.counted_at is None or now - self.counted_at >= COUNTED_EVERY:
            self.counted_at = now
            async with self.database.read() as connection:
                self.status.waiting, self.status.oldest_at = await self.outbox.backlog(connection)
        if await self.database.has_rows(self.outbox.tables.outbox):
            return True
        self.status.waiting = 0
        return False

    async def _hold_lease(self) -> bool:
        async with self.database.write() as connection:
            return await self.outbox.lease(self.holder).hold(
                connection, await database_time(self.clock, connection), LEASE
            )

    async def _deliver(self, waiting: Sequence[UnpublishedFact]) -> set[int]:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                return await self.publisher.publish(waiting)
        except TimeoutError:
            log.warning("delivery_timed_out", facts=len(waiting))
            self.status.kafka = _refusal(waiting, ())
            raise DeliveryTimedOut from None

    async def _remove(self, ids: Sequence[int]) -> int:
        if not ids:
            return 0
        async with self.database.write() as connection:
            if not await self.outbox.lease(self.holder).hold(
                connection, await database_time(self.clock, connection), LEASE
            ):
                log.warning("lease_lost", facts=len(ids))  # the relay that took over publishes them again
                return 0
            await self.outbox.remove(connection, ids)
        return len(ids)


def _refusal(waiting: Sequence[UnpublishedFact], delivered: Collection[int]) -> str:
    """Say for which topic a message was not accepted first; empty if all were accepted."""
    topic = next((fact.topic for fact in waiting if fact.id not in delivered), None)
    if topic is None:
        return ""
    return (
        f"Kafka did not accept a message for {topic}: the topic is missing (`furlong topics create`), or "
        "fewer brokers than min.insync.replicas have it (`furlong check` says which)"
    )
